// The types of the dashboard's client, from the gateway's OpenAPI document: what it sends and expects cannot be something
// else than what the gateway checks requests by.
//
// The schemas come from zod, so they are few in kind; one that this does not know becomes `unknown`.

type Json = Readonly<Record<string, unknown>>

const HEADER = `// Made by \`npm run generate\` from docs/openapi.json, which is made from the gateway's table of routes. Change it there.

/** Takes no member. */
export type Nothing = { readonly [Name in string]?: never }

`

/** @param document OpenAPI 3.1 @returns the text of a TypeScript module */
export function operationsModule(document: Json): string {
  const schemas = record(record(document['components'])['schemas'])
  const operations = Object.entries(record(document['paths'])).flatMap(([path, methods]) =>
    Object.entries(record(methods)).map(([method, operation]) => ({ path, method, operation: record(operation) })),
  )
  const types = Object.entries(schemas).map(([name, schema]) => `export type ${name} = ${typeOf(schema, true)}\n`)
  const shapes = operations.map(({ operation }) => `  ${String(operation['operationId'])}: ${shapeOf(operation)}\n`)
  const table = operations.map(({ path, method, operation }) => {
    const isRepeatable = parametersOf(operation).some(({ name }) => name === 'Idempotency-Key')
    const facts = [method.toUpperCase(), path, ...(isRepeatable ? ['repeatable'] : [])]
    return `  ${String(operation['operationId'])}: [${facts.map((fact) => `'${fact}'`).join(', ')}],\n`
  })
  return [
    HEADER,
    types.join('\n'),
    `\nexport interface Operations {\n${shapes.join('')}}\n`,
    '\n/** Method, path, and whether a repeated request can be told from a new one. */\n',
    `export const OPERATIONS: { readonly [Name in keyof Operations]: readonly [string, string, 'repeatable'?] } = {\n`,
    ...table,
    '}\n',
  ].join('')
}

function shapeOf(operation: Json): string {
  const parts = [
    ['params', parametersType(operation, 'path')],
    ['query', parametersType(operation, 'query')],
    ['body', bodyType(operation)],
    ['reply', replyType(operation)],
  ]
  return `{ ${parts.map(([name, type]) => `${name}: ${type}`).join('; ')} }`
}

function parametersOf(operation: Json): Json[] {
  return list(operation['parameters']).map(record)
}

function parametersType(operation: Json, where: string): string {
  const members = parametersOf(operation)
    .filter((one) => one['in'] === where)
    .map((one) => {
      const type = typeOf(one['schema'], true)
      return `${property(String(one['name']))}${one['required'] === true ? `: ${type}` : `?: ${type} | undefined`}`
    })
  return members.length === 0 ? 'Nothing' : `{ ${members.join('; ')} }`
}

function bodyType(operation: Json): string {
  const schema = record(record(record(operation['requestBody'])['content'])['application/json'])['schema']
  return schema === undefined ? 'Nothing' : typeOf(schema, true)
}

function replyType(operation: Json): string {
  const responses = record(operation['responses'])
  const good = record(responses['200'] ?? responses['201'])
  const schema = record(record(good['content'])['application/json'])['schema']
  return schema === undefined || record(schema)['type'] === 'string' ? 'unknown' : typeOf(schema)
}

/** @param sent what is left out may also be given as undefined: it is not written then */
function typeOf(node: unknown, sent = false): string {
  const schema = record(node)
  const reference = schema['$ref']
  if (typeof reference === 'string') return reference.slice(reference.lastIndexOf('/') + 1)
  if ('const' in schema) return JSON.stringify(schema['const'])
  if (Array.isArray(schema['enum'])) return schema['enum'].map((value) => JSON.stringify(value)).join(' | ')
  const either = schema['anyOf'] ?? schema['oneOf']
  if (Array.isArray(either)) return either.map((one) => grouped(typeOf(one, sent))).join(' | ')
  if (Array.isArray(schema['allOf'])) return schema['allOf'].map((one) => grouped(typeOf(one, sent))).join(' & ')
  const { type } = schema
  if (Array.isArray(type)) return type.map((one) => typeOf({ ...schema, type: one }, sent)).join(' | ')
  switch (type) {
    case 'string':
      return 'string'
    case 'integer':
    case 'number':
      return 'number'
    case 'boolean':
      return 'boolean'
    case 'null':
      return 'null'
    case 'array':
      return `readonly ${grouped(typeOf(schema['items'], sent))}[]`
    case 'object':
      return objectType(schema, sent)
    default:
      return 'unknown'
  }
}

function objectType(schema: Json, sent: boolean): string {
  const required = new Set(list(schema['required']))
  const members = Object.entries(record(schema['properties'])).map(([name, child]) => {
    const type = typeOf(child, sent)
    const orNothing = sent && type !== 'unknown' ? ' | undefined' : ''
    const value = required.has(name) ? `: ${type}` : `?: ${type}${orNothing}`
    return `${comment(child)}${property(name)}${value}`
  })
  const others = schema['additionalProperties']
  if (members.length > 0) return `{ ${members.join('; ')} }`
  return others === undefined || others === false
    ? 'Nothing'
    : `Readonly<Record<string, ${others === true ? 'unknown' : typeOf(others, sent)}>>`
}

function comment(child: unknown): string {
  const text = record(child)['description']
  return typeof text === 'string' ? `/** ${text.replaceAll('*/', '')} */ ` : ''
}

function grouped(type: string): string {
  return /[ |&]/.test(type) && !/^\{[^{}]*\}$/.test(type) ? `(${type})` : type
}

function property(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name)
}

function record(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
