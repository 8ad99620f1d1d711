// The types of the dashboard's client, from the gateway's OpenAPI document: what it sends and expects cannot be something
// else than what the gateway checks requests by. One module for each tag, with the shapes that its operations are the
// first to name; `operations.ts` puts them together.
import { list, property, record, referencesIn, typeOf, type Json } from './schema-types.ts'

const MADE_BY =
  "// Made by `npm run generate` from docs/openapi.json, which is made from the gateway's table of routes. Change it there.\n"
const NOTHING = `${MADE_BY}
/** Takes no member. */
export type Nothing = { readonly [Name in string]?: never }
`
const ROW = "readonly [string, string, 'repeatable'?]"

interface Operation {
  readonly name: string
  readonly tag: string
  readonly method: string
  readonly path: string
  readonly described: Json
}

/** Shapes by name. */
type Schemas = Readonly<Record<string, unknown>>

/** @param document OpenAPI 3.1 @returns file name -> text of a TypeScript module */
export function operationsModules(document: Json): ReadonlyMap<string, string> {
  const schemas = record(record(document['components'])['schemas'])
  const operations = operationsIn(document)
  const tags = [...new Set(operations.map(({ tag }) => tag))]
  const homes = homesOf(schemas, operations)
  const modules = tags.map((tag) => {
    const own = Object.keys(schemas).filter((name) => homes.get(name) === tag)
    return [`${fileOf(tag)}.ts`, tagModule(tag, operations, schemas, own, homes)] as const
  })
  return new Map([['nothing.ts', NOTHING], ...modules, ['operations.ts', allModule(tags)]])
}

function operationsIn(document: Json): readonly Operation[] {
  return Object.entries(record(document['paths'])).flatMap(([path, methods]) =>
    Object.entries(record(methods)).map(([method, operation]) => {
      const described = record(operation)
      const tag = String(list(described['tags'])[0])
      return { name: String(described['operationId']), tag, method: method.toUpperCase(), path, described }
    }),
  )
}

/** The tag of the first operation that names a shape, by itself or through other shapes; the first tag for the rest. */
function homesOf(schemas: Schemas, operations: readonly Operation[]): ReadonlyMap<string, string> {
  const homes = new Map<string, string>()
  const settle = (names: readonly string[], tag: string): void => {
    for (const name of names) {
      if (homes.has(name)) continue
      homes.set(name, tag)
      settle(referencesIn(schemas[name]), tag)
    }
  }
  for (const { tag, described } of operations) settle(referencesIn(partsOf(described)), tag)
  settle(Object.keys(schemas), operations[0]?.tag ?? '')
  return homes
}

function tagModule(
  tag: string,
  all: readonly Operation[],
  schemas: Schemas,
  own: readonly string[],
  homes: ReadonlyMap<string, string>,
): string {
  const operations = all.filter((operation) => operation.tag === tag)
  const types = own.map((name) => `export type ${name} = ${typeOf(schemas[name], true)}\n`)
  const shapes = operations.map(({ name, described }) => `  ${name}: ${shapeOf(described)}\n`)
  const text = [
    types.join('\n'),
    `\nexport interface ${typeNameOf(tag)} {\n${shapes.join('')}}\n`,
    '\n/** Method, path, and whether a repeated request can be told from a new one. */\n',
    `export const ${constantOf(tag)}: { readonly [Name in keyof ${typeNameOf(tag)}]: ${ROW} } = {\n`,
    ...operations.map(rowOf),
    '}\n',
  ].join('')
  const named = [...own.map((name) => schemas[name]), ...operations.map(({ described }) => partsOf(described))]
  return `${MADE_BY}${importsOf(new Set(named.flatMap(referencesIn)), tag, homes, /\bNothing\b/.test(text))}\n${text}`
}

function importsOf(
  names: ReadonlySet<string>,
  tag: string,
  homes: ReadonlyMap<string, string>,
  withNothing: boolean,
): string {
  const byHome = Map.groupBy([...names].toSorted(), (name) => homes.get(name) ?? tag)
  const lines = [...byHome]
    .filter(([home]) => home !== tag)
    .map(([home, from]) => `import type { ${from.join(', ')} } from './${fileOf(home)}.ts'\n`)
  return [...lines, ...(withNothing ? ["import type { Nothing } from './nothing.ts'\n"] : [])].join('')
}

function allModule(tags: readonly string[]): string {
  const imports = tags.map(
    (tag) => `import { ${constantOf(tag)}, type ${typeNameOf(tag)} } from './${fileOf(tag)}.ts'\n`,
  )
  const exports = ['nothing', ...tags.map(fileOf)].map((file) => `export type * from './${file}.ts'\n`)
  return [
    MADE_BY,
    ...imports,
    '\n',
    ...exports,
    `\nexport interface Operations\n  extends ${tags.map(typeNameOf).join(',\n    ')} {}\n`,
    `\nexport const OPERATIONS: { readonly [Name in keyof Operations]: ${ROW} } = {\n`,
    ...tags.map((tag) => `  ...${constantOf(tag)},\n`),
    '}\n',
  ].join('')
}

function rowOf({ name, method, path, described }: Operation): string {
  const isRepeatable = parametersOf(described).some((one) => one['name'] === 'Idempotency-Key')
  const facts = [method, path, ...(isRepeatable ? ['repeatable'] : [])]
  return `  ${name}: [${facts.map((fact) => `'${fact}'`).join(', ')}],\n`
}

/** `My account` -> `my-account`. */
function fileOf(tag: string): string {
  return tag.toLowerCase().replaceAll(/[^a-z]+/g, '-')
}

/** `My account` -> `MyAccountOperations`. */
function typeNameOf(tag: string): string {
  return `${tag.replaceAll(/(?:^|[^A-Za-z]+)([A-Za-z])/g, (_, letter: string) => letter.toUpperCase())}Operations`
}

/** `My account` -> `MY_ACCOUNT`. */
function constantOf(tag: string): string {
  return tag.toUpperCase().replaceAll(/[^A-Z]+/g, '_')
}

/** What the type of an operation is made from. */
function partsOf(operation: Json): readonly unknown[] {
  return [parametersOf(operation).map((one) => one['schema']), bodySchema(operation), replySchema(operation)]
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
  const schema = bodySchema(operation)
  return schema === undefined ? 'Nothing' : typeOf(schema, true)
}

function replyType(operation: Json): string {
  const schema = replySchema(operation)
  return schema === undefined || record(schema)['type'] === 'string' ? 'unknown' : typeOf(schema)
}

function bodySchema(operation: Json): unknown {
  return record(record(record(operation['requestBody'])['content'])['application/json'])['schema']
}

function replySchema(operation: Json): unknown {
  const responses = record(operation['responses'])
  const good = record(responses['200'] ?? responses['201'])
  return record(record(good['content'])['application/json'])['schema']
}
