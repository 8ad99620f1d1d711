// The OpenAPI 3.1 document, made from the table of routes. Its schemas are those that requests are checked by.
import { z } from 'zod'
import { ERROR_TABLE, type ErrorCode } from '../../../core/errors.ts'
import { errorCodesOf } from './error-codes.ts'
import { type Access, type Route, type RouteReply, TAGS } from './route.ts'

type Json = Readonly<Record<string, unknown>>

export interface OpenApiFacts {
  readonly title: string
  readonly version: string
  /** Of the server; absent = the address that the document came from. */
  readonly url?: string
}

const WHO: Readonly<Record<Access, string>> = {
  open: 'Open to everybody.',
  key: 'Any API key, or the operator.',
  'keys:manage': 'An API key with the scope `keys:manage`, or the operator.',
  person: 'Somebody who is logged in.',
  operator: 'The operator only.',
}

/** The headers that every answer of the API may have stand once, here. */
const HEADERS = {
  'x-request-id': { description: 'Of this request; also in the log.', schema: { type: 'string' } },
}

export function openApiDocument(routes: readonly Route[], { title, version, url }: OpenApiFacts): Json {
  const schemas: Record<string, unknown> = { Error: ERROR_SCHEMA }
  const responses: Record<string, unknown> = {}
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) {
    const operations = (paths[route.path] ??= {})
    operations[route.method.toLowerCase()] = operation(route, schemas)
    Object.assign(responses, errorReplies(errorCodesOf(route)).shared)
  }
  return {
    openapi: '3.1.1',
    info: {
      title: `${title}: control plane`,
      version,
      description:
        'Keys, accounts, limits, usage and what runs. Times are unix seconds, durations milliseconds, money US$ as decimal text with nine places. Lists come newest first, in pages. The models themselves are called as their own formats have it, under /v1 and /v1beta.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    servers: [{ url: url ?? '/' }],
    security: [{ bearer: [] }, { apiKey: [] }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: sorted(schemas),
      responses: sorted(responses),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An API key or the master key.' },
        apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key', description: 'The same, as other clients send it.' },
      },
    },
  }
}

function operation(route: Route, schemas: Record<string, unknown>): Json {
  const { tag, name, summary, description, access, params, query, body, reply, idempotent, example } = route
  const parameters = [...parametersOf(params, 'path', schemas), ...parametersOf(query, 'query', schemas)]
  if (idempotent === true) parameters.push(IDEMPOTENCY_KEY)
  return {
    operationId: name,
    tags: [tag],
    summary,
    description: [description, WHO[access]].filter(Boolean).join('\n\n'),
    ...(access === 'open' ? { security: [] } : {}),
    'x-access': access,
    ...(example?.path === undefined ? {} : { 'x-example-path': example.path }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === null
      ? {}
      : {
          requestBody: {
            required: !body.safeParse({}).success,
            content: {
              'application/json': {
                schema: schemaOf(body, 'input', schemas),
                ...(example?.body === undefined ? {} : { example: example.body }),
              },
            },
          },
        }),
    responses: {
      [String(reply.status ?? 200)]: replyOf(reply, schemas),
      ...errorReplies(errorCodesOf(route)).byStatus,
    },
  }
}

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'Any text of 1 to 255 characters. The same key and body within 24 hours get the same answer and change nothing more; the same key with another body is a 409.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
}

function parametersOf(schema: z.ZodObject | null, where: 'path' | 'query', schemas: Record<string, unknown>): Json[] {
  return Object.entries(schema?.shape ?? {}).map(([name, field]) => {
    const { description, ...rest } = recordOf(schemaOf(field, where === 'query' ? 'output' : 'input', schemas))
    // Lists are written with commas in a query.
    const list = rest['type'] === 'array' ? { style: 'form', explode: false } : {}
    const required = where === 'path' || !isOptional(field)
    return { name, in: where, required, ...(description === undefined ? {} : { description }), ...list, schema: rest }
  })
}

function isOptional(field: unknown): boolean {
  return field instanceof z.ZodType && field.safeParse(undefined).success
}

function replyOf({ description, schema, content = {} }: RouteReply, schemas: Record<string, unknown>): Json {
  const json = schema === null ? {} : { 'application/json': { schema: schemaOf(schema, 'output', schemas) } }
  const others = Object.fromEntries(
    Object.entries(content).map(([type, what]) => [type, { schema: { type: 'string', description: what } }]),
  )
  return { description, headers: HEADERS, content: { ...json, ...others } }
}

/** What stands in the operation, by status, and what that refers to. */
function errorReplies(codes: readonly ErrorCode[]): { readonly byStatus: Json; readonly shared: Json } {
  const byStatus: Record<string, unknown> = {}
  const shared: Record<string, unknown> = {}
  for (const [status, same] of Map.groupBy(codes, (code) => ERROR_TABLE[code].status)) {
    const name = same.toSorted().join('-or-')
    byStatus[String(status)] = { $ref: `#/components/responses/${name}` }
    shared[name] = {
      description: same.map((code) => `\`${code}\`: ${ERROR_TABLE[code].meaning}`).join(' '),
      headers: [429, 503].includes(status) ? { ...HEADERS, 'retry-after': RETRY_AFTER } : HEADERS,
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
    }
  }
  return { byStatus, shared }
}

function sorted(parts: Readonly<Record<string, unknown>>): Json {
  return Object.fromEntries(Object.entries(parts).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

const RETRY_AFTER = { description: 'Whole seconds.', schema: { type: 'integer', minimum: 1 } }

const ERROR_SCHEMA = {
  type: 'object',
  description: 'Every error. All four members are always there.',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['message', 'type', 'param', 'code'],
      properties: {
        message: { type: 'string', description: 'What happened, to which thing, and what to do.' },
        type: { type: 'string' },
        param: { type: ['string', 'null'], description: 'The field at fault, as a path: limits.rpm' },
        code: { type: 'string', enum: Object.keys(ERROR_TABLE) },
      },
    },
  },
}

/** Schemas that carry an id become components, once; all else stands where it is used. */
function schemaOf(schema: z.core.$ZodType, io: 'input' | 'output', schemas: Record<string, unknown>): Json {
  const { $schema: _, $defs: definitions, ...root } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  for (const [name, definition] of Object.entries(definitions ?? {})) schemas[name] = tidy(definition, io)
  return recordOf(tidy(root, io))
}

/** References lead into the components; bounds that every JSON number has say nothing; clients must bear new members. */
function tidy(node: unknown, io: 'input' | 'output'): unknown {
  if (Array.isArray(node)) return node.map((entry) => tidy(entry, io))
  if (typeof node !== 'object' || node === null) return node
  const result: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(node)) {
    if (key === 'id' && typeof value === 'string' && 'properties' in node) continue
    if ((key === 'maximum' || key === 'minimum') && Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER) continue
    if (key === 'additionalProperties' && value === false && io === 'output') continue
    result[key] =
      key === '$ref' && typeof value === 'string'
        ? value.replace('#/$defs/', '#/components/schemas/')
        : key === 'properties'
          ? Object.fromEntries(Object.entries(recordOf(value)).map(([name, child]) => [name, tidy(child, io)]))
          : tidy(value, io)
  }
  return result
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
