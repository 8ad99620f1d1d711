// Strict validation: what is not known is refused by name, so that a mistyped field is never silently ignored, and the
// first thing that is wrong is named with its path.
import { z } from 'zod'
import { nearestHint } from '../../../config/nearest.ts'
import { GatewayError } from '../../../core/errors.ts'

const MAX_BODY_BYTES = 64 * 1024
/** How clients write a list: `include[]=a&include[]=b`, or the name alone, more than once. */
const LISTS: ReadonlySet<string> = new Set(['include'])

/** @throws {GatewayError} `invalid_request` @param where for what has no name of its own: "The body" */
export function checked<Schema extends z.ZodObject>(schema: Schema, value: unknown, where: string): z.output<Schema> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  if (issue?.code === 'unrecognized_keys') {
    const field = issue.keys[0] ?? ''
    const param = pathOf([...issue.path, field]).slice(0, 200)
    const hint = nearestHint(field.slice(0, 100), namesAt(schema, issue.path))
    const what = where === 'The query' ? 'Unknown query parameter' : 'Unknown field'
    throw new GatewayError('invalid_request', `${what} "${param}".${hint === undefined ? '' : ` ${hint}`}`, { param })
  }
  const param = issue === undefined || issue.path.length === 0 ? null : pathOf(issue.path)
  const what = issue?.message ?? 'It is not valid.'
  throw new GatewayError('invalid_request', param === null ? `${where} is not valid: ${what}` : `${param}: ${what}`, {
    param,
  })
}

/** @throws {GatewayError} `invalid_request` for a parameter that is there twice: nobody could say which one counts */
export function readQuery(url: string): Record<string, string> {
  const start = url.indexOf('?')
  const query: Record<string, string> = Object.create(null) as Record<string, string>
  if (start === -1) return query
  for (const [given, value] of new URLSearchParams(url.slice(start))) {
    const name = given.endsWith('[]') && LISTS.has(given.slice(0, -2)) ? given.slice(0, -2) : given
    if (name in query) {
      if (LISTS.has(name)) {
        query[name] += `,${value}`
        continue
      }
      const param = name.slice(0, 100)
      throw new GatewayError('invalid_request', `${param}: is there more than once.`, { param })
    }
    query[name] = value
  }
  return query
}

/** The text of a JSON body, and what it says. `mayBeEmpty`: nothing at all is read as `{}`. */
export async function readBody(
  request: Request,
  mayBeEmpty: boolean,
  mostBytes = MAX_BODY_BYTES,
): Promise<{ text: string; value: unknown }> {
  const encoding = request.headers.get('content-encoding')
  if (encoding !== null && encoding !== 'identity') {
    throw new GatewayError('unsupported_media_type', 'Send the body without Content-Encoding here.')
  }
  const text = await readText(request, mostBytes)
  if (text.trim() === '') {
    if (mayBeEmpty) return { text: '{}', value: {} }
    throw new GatewayError('invalid_request', 'The body is empty. Send a JSON object.')
  }
  try {
    return { text, value: JSON.parse(text) }
  } catch (error) {
    throw new GatewayError('invalid_request', 'The body is not valid JSON.', { cause: error })
  }
}

async function readText(request: Request, mostBytes: number): Promise<string> {
  const { body } = request
  if (body === null) return ''
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > mostBytes) throw new GatewayError('request_too_large', `The body is larger than ${mostBytes} bytes.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`))
    .join('')
}

/** The fields that the object at this path may have; none where it is no object of ours. */
function namesAt(schema: z.ZodObject, path: readonly PropertyKey[]): readonly string[] {
  let at: unknown = schema
  for (const part of path) {
    at = unwrapped(at)
    at = at instanceof z.ZodObject ? at.shape[String(part)] : at instanceof z.ZodArray ? at.element : undefined
  }
  at = unwrapped(at)
  return at instanceof z.ZodObject ? Object.keys(at.shape) : []
}

function unwrapped(schema: unknown): unknown {
  let at = schema
  while (at instanceof z.ZodOptional || at instanceof z.ZodNullable || at instanceof z.ZodDefault) at = at.unwrap()
  return at
}
