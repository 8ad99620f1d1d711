// A JSON Schema as the text of a TypeScript type. The schemas come from zod, so they are few in kind; one that this does
// not know becomes `unknown`.

export type Json = Readonly<Record<string, unknown>>

/** @param sent what is left out may also be given as undefined: it is not written then */
export function typeOf(node: unknown, sent = false): string {
  const schema = record(node)
  const reference = schema['$ref']
  if (typeof reference === 'string') return nameIn(reference)
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

export function property(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name)
}

export function record(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** Names of the schemas that it refers to. */
export function referencesIn(node: unknown): readonly string[] {
  if (Array.isArray(node)) return node.flatMap(referencesIn)
  return Object.entries(record(node)).flatMap(([key, value]) =>
    key === '$ref' && typeof value === 'string' ? [nameIn(value)] : referencesIn(value),
  )
}

function nameIn(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1)
}
