// A small JSON body under a strict schema: what is not known is refused by name, so that a mistyped field is never
// silently ignored.
import type { Context } from 'hono'
import type { z } from 'zod'
import { nearestHint } from '../../config/nearest.ts'
import { GatewayError } from '../../core/errors.ts'

const MAX_BYTES = 64 * 1024

export async function readJson<Schema extends z.ZodObject>(c: Context, schema: Schema): Promise<z.infer<Schema>> {
  const encoding = c.req.header('content-encoding')
  if (encoding !== undefined && encoding !== 'identity') {
    throw new GatewayError('unsupported_media_type', 'Send the body without Content-Encoding here.')
  }
  const parsed = schema.safeParse(parseJson(await readText(c)))
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  if (issue?.code === 'unrecognized_keys') {
    const field = issue.keys[0] ?? ''
    const param = pathOf([...issue.path, field])
    const hint = issue.path.length === 0 ? nearestHint(field, Object.keys(schema.shape)) : undefined
    throw new GatewayError('invalid_request', `Unknown field "${param}".${hint === undefined ? '' : ` ${hint}`}`, {
      param,
    })
  }
  const param = issue === undefined || issue.path.length === 0 ? null : pathOf(issue.path)
  const what = issue?.message ?? 'It is not valid.'
  throw new GatewayError('invalid_request', param === null ? `The body is not valid: ${what}` : `${param}: ${what}`, {
    param,
  })
}

async function readText(c: Context): Promise<string> {
  const body = c.req.raw.body
  if (body === null) return ''
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > MAX_BYTES) throw new GatewayError('request_too_large', `The body is larger than ${MAX_BYTES} bytes.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseJson(text: string): unknown {
  if (text.trim() === '') throw new GatewayError('invalid_request', 'The body is empty. Send a JSON object.')
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new GatewayError('invalid_request', 'The body is not valid JSON.', { cause: error })
  }
}

function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`))
    .join('')
}
