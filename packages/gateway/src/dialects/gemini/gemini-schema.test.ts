import { Type } from '@google/genai'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../core/json.ts'
import { parametersForGemini, schemaForGemini } from './gemini-schema.ts'
import { schemaFromGemini } from './schema-from-gemini.ts'

/** Source: `Schema` in @google/genai. */
const MEMBERS = new Set([
  'anyOf',
  'default',
  'description',
  'enum',
  'example',
  'format',
  'items',
  'maxItems',
  'maxLength',
  'maxProperties',
  'maximum',
  'minItems',
  'minLength',
  'minProperties',
  'minimum',
  'nullable',
  'pattern',
  'properties',
  'propertyOrdering',
  'required',
  'title',
  'type',
])

function expectValid(schema: unknown): void {
  const object = schema as Record<string, unknown>
  for (const name of Object.keys(object)) expect(MEMBERS).toContain(name)
  if ('type' in object) expect(Object.values(Type)).toContain(object['type'])
  if ('enum' in object)
    expect((object['enum'] as unknown[]).every((value) => typeof value === 'string' && value !== '')).toBe(true)
  if ('anyOf' in object) {
    expect(Object.keys(object)).toEqual(['anyOf'])
    for (const branch of object['anyOf'] as unknown[]) expectValid(branch)
  }
  if (object['type'] === 'ARRAY') expect(object).toHaveProperty('items')
  if ('items' in object) expectValid(object['items'])
  const properties = (object['properties'] ?? {}) as Record<string, unknown>
  for (const property of Object.values(properties)) expectValid(property)
  for (const name of (object['required'] ?? []) as string[]) expect(Object.keys(properties)).toContain(name)
}

function clean(schema: object): JsonObject {
  const cleaned = schemaForGemini(schema as JsonObject)
  expectValid(cleaned)
  return cleaned
}

describe('H41: schemas in the form that Google takes', () => {
  it('members that it refuses are gone', () => {
    expect(
      clean({
        $schema: 'http://json-schema.org/draft-07/schema#',
        $id: 'x',
        type: 'object',
        properties: {
          n: { type: 'integer', exclusiveMinimum: 0, exclusiveMaximum: 10, multipleOf: 2, default: 4 },
          s: { type: 'string', format: 'uri', minLength: 1, contentEncoding: 'base64' },
          d: { type: 'string', format: 'date-time' },
          l: { type: 'array', items: { type: 'string' }, uniqueItems: true, minItems: 1 },
        },
        required: ['n', 'gone'],
        additionalProperties: false,
        patternProperties: {},
        propertyNames: {},
        if: {},
        else: {},
        not: {},
      }),
    ).toEqual({
      type: 'OBJECT',
      properties: {
        n: { type: 'INTEGER', minimum: 1, maximum: 9 },
        s: { type: 'STRING', minLength: 1 },
        d: { type: 'STRING', format: 'date-time' },
        l: { type: 'ARRAY', items: { type: 'STRING' }, minItems: 1 },
      },
      required: ['n'],
    })
  })

  it('const and enum: only texts are listed, other values are told in words', () => {
    expect(clean({ const: 'a' })).toEqual({ type: 'STRING', enum: ['a'], format: 'enum' })
    expect(clean({ type: 'string', enum: ['a', null] })).toEqual({
      type: 'STRING',
      enum: ['a'],
      format: 'enum',
      nullable: true,
    })
    expect(clean({ type: 'string', enum: ['a', ''] })).toEqual({ type: 'STRING' })
    expect(clean({ type: 'integer', enum: [1, 2], description: 'How many.' })).toEqual({
      type: 'INTEGER',
      description: 'How many. One of: 1, 2.',
    })
    expect(clean({ const: true })).toEqual({ type: 'BOOLEAN', description: 'One of: true.' })
    expect(clean({ enum: ['a', 1] })).toEqual({ type: 'STRING', enum: ['a', '1'], format: 'enum' })
  })

  it('lists of types become nullable or a choice', () => {
    expect(clean({ type: ['string', 'null'], description: 'D' })).toEqual({
      type: 'STRING',
      nullable: true,
      description: 'D',
    })
    expect(clean({ type: ['string', 'integer', 'null'], description: 'D' })).toEqual({
      anyOf: [
        { description: 'D', type: 'STRING', nullable: true },
        { description: 'D', type: 'INTEGER' },
      ],
    })
    expect(clean({ type: 'null' })).toEqual({ type: 'STRING', nullable: true })
  })

  it('anyOf and oneOf: null is nullable, one is itself, the rest stands alone', () => {
    expect(clean({ anyOf: [{ type: 'string' }, { type: 'null' }], description: 'D' })).toEqual({
      type: 'STRING',
      nullable: true,
      description: 'D',
    })
    expect(clean({ oneOf: [{ type: 'string' }, { type: 'number', description: 'N' }], description: 'D' })).toEqual({
      anyOf: [
        { description: 'D', type: 'STRING' },
        { description: 'N', type: 'NUMBER' },
      ],
    })
    expect(
      clean({
        type: 'object',
        properties: { a: { type: 'string' } },
        oneOf: [{ required: ['a'] }, { properties: { b: { type: 'number' } } }],
      }),
    ).toEqual({
      anyOf: [
        { type: 'OBJECT', properties: { a: { type: 'STRING' } }, required: ['a'] },
        { type: 'OBJECT', properties: { a: { type: 'STRING' }, b: { type: 'NUMBER' } } },
      ],
    })
  })

  it('allOf is merged', () => {
    expect(
      clean({
        $defs: { base: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] } },
        allOf: [{ $ref: '#/$defs/base' }, { properties: { n: { type: 'number' } }, required: ['n'] }],
      }),
    ).toEqual({ type: 'OBJECT', properties: { id: { type: 'STRING' }, n: { type: 'NUMBER' } }, required: ['id', 'n'] })
  })

  it('an object of whatever members has an empty list of them: without one it is refused', () => {
    const free = { type: 'object', description: 'Anything.', additionalProperties: {} }
    const parameters = parametersForGemini({ type: 'object', properties: { metadata: free, list: { items: free } } })
    const written = { type: 'OBJECT', description: 'Anything.', properties: {} }
    expect(parameters?.['properties']).toEqual({ metadata: written, list: { type: 'ARRAY', items: written } })
    expect(parametersForGemini({ type: 'object', properties: {} })).toBeUndefined()
  })

  it('references are written out, recursive ones are cut', () => {
    const tree = {
      $ref: '#/$defs/node',
      $defs: {
        node: {
          type: 'object',
          description: 'A node.',
          properties: {
            name: { $ref: '#/$defs/a~1b' },
            left: { $ref: '#/$defs/node' },
            more: { type: 'array', items: { $ref: '#/$defs/node' } },
          },
        },
        'a/b': { type: 'string' },
      },
    }
    const cutOff = { type: 'OBJECT', description: 'A node.', properties: {} }
    expect(clean(tree)).toEqual({
      type: 'OBJECT',
      description: 'A node.',
      properties: { name: { type: 'STRING' }, left: cutOff, more: { type: 'ARRAY', items: cutOff } },
    })
    expect(clean({ $ref: '#/nowhere', description: 'D' })).toEqual({ type: 'OBJECT', description: 'D', properties: {} })
    expect(clean({ $ref: 'https://example.com/x.json' })).toEqual({ type: 'OBJECT', properties: {} })
    expect(clean({ $ref: '#' })).toEqual({ type: 'OBJECT', properties: {} })
  })

  it('references that multiply come to an end', () => {
    const $defs = Object.fromEntries(
      Array.from({ length: 40 }, (_, level) => [
        `l${level}`,
        { type: 'object', properties: { a: { $ref: `#/$defs/l${level + 1}` }, b: { $ref: `#/$defs/l${level + 1}` } } },
      ]),
    )
    expect(JSON.stringify(clean({ $ref: '#/$defs/l0', $defs })).length).toBeLessThan(500_000)
  })

  it('tuples are arrays of any of their members', () => {
    expect(clean({ type: 'array', prefixItems: [{ type: 'string' }, { type: 'number' }] })).toEqual({
      type: 'ARRAY',
      items: { anyOf: [{ type: 'STRING' }, { type: 'NUMBER' }] },
    })
    expect(clean({ type: 'array' })).toEqual({ type: 'ARRAY', items: { type: 'STRING' } })
  })

  it('parameters are an object, or not there at all', () => {
    expect(parametersForGemini(undefined)).toBeUndefined()
    expect(parametersForGemini({})).toBeUndefined()
    expect(parametersForGemini({ type: 'object', properties: {}, additionalProperties: false })).toBeUndefined()
    expect(parametersForGemini({ properties: { a: true } })).toEqual({ type: 'OBJECT', properties: { a: {} } })
    expect(
      parametersForGemini({
        oneOf: [
          { type: 'object', properties: { a: { type: 'string' }, b: { type: 'string' } }, required: ['a', 'b'] },
          { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
        ],
      }),
    ).toEqual({ type: 'OBJECT', properties: { a: { type: 'STRING' }, b: { type: 'STRING' } }, required: ['a'] })
  })

  it('a property may be called anything', () => {
    const schema = JSON.parse(
      '{"type":"object","properties":{"__proto__":{"type":"string"},"constructor":{"type":"number"}}}',
    ) as JsonObject
    expect(JSON.stringify(clean(schema))).toBe(
      '{"type":"OBJECT","properties":{"__proto__":{"type":"STRING"},"constructor":{"type":"NUMBER"}}}',
    )
  })

  it('any schema becomes a valid one', () => {
    const names = fc.constantFrom('a', 'b', '__proto__')
    const type = fc.constantFrom('string', 'number', 'integer', 'boolean', 'array', 'object', 'null', 'nonsense', 5)
    const { schema } = fc.letrec((tie) => ({
      schema: fc.oneof(
        { depthSize: 'small', maxDepth: 5 },
        fc.jsonValue({ maxDepth: 1 }),
        fc.record(
          {
            type: fc.oneof(type, fc.array(type, { maxLength: 3 })),
            properties: fc.dictionary(names, tie('schema'), { maxKeys: 2 }),
            required: fc.array(names, { maxLength: 2 }),
            items: fc.oneof(tie('schema'), fc.array(tie('schema'), { maxLength: 2 })),
            anyOf: fc.array(tie('schema'), { maxLength: 3 }),
            oneOf: fc.array(tie('schema'), { maxLength: 3 }),
            allOf: fc.array(tie('schema'), { maxLength: 3 }),
            enum: fc.array(fc.jsonValue({ maxDepth: 0 }), { maxLength: 3 }),
            const: fc.jsonValue({ maxDepth: 0 }),
            $ref: fc.constantFrom('#', '#/properties/a', '#/anyOf/0', '#/$defs/a', '#/x'),
            $defs: fc.dictionary(names, tie('schema'), { maxKeys: 2 }),
            description: fc.string(),
            format: fc.constantFrom('uri', 'enum', 'int32'),
            minimum: fc.oneof(fc.integer(), fc.string()),
            additionalProperties: tie('schema'),
          },
          { requiredKeys: [] },
        ),
      ),
    }))
    fc.assert(
      fc.property(schema, (value) => {
        if (typeof value !== 'object' || value === null || Array.isArray(value)) return
        const cleaned = clean(value)
        const parameters = parametersForGemini(value as JsonObject)
        if (parameters !== undefined) expectValid(parameters)
        // Read back and cleaned again, it says the same.
        expectValid(schemaForGemini(schemaFromGemini(cleaned)))
      }),
      { numRuns: 500 },
    )
  })
})

describe('schemas of a Gemini client', () => {
  it('become JSON Schema', () => {
    expect(
      schemaFromGemini({
        type: 'OBJECT',
        properties: {
          b: { type: 'STRING', nullable: true, format: 'enum', enum: ['x'] },
          a: { type: 'ARRAY', items: { type: 'INTEGER', format: 'int32' }, min_items: '1', maxItems: '3' },
          c: { anyOf: [{ type: 'STRING' }, { type: 'NUMBER' }], nullable: true },
        },
        propertyOrdering: ['a', 'b'],
        required: ['a'],
      }),
    ).toEqual({
      type: 'object',
      properties: {
        a: { type: 'array', items: { type: 'integer', format: 'int32' }, minItems: 1, maxItems: 3 },
        b: { type: ['string', 'null'], enum: ['x', null] },
        c: { anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'null' }] },
      },
      required: ['a'],
    })
  })

  it('and come back the same', () => {
    const schema = {
      type: 'OBJECT',
      properties: {
        city: { type: 'STRING', description: 'Where.' },
        unit: { type: 'STRING', enum: ['c', 'f'], format: 'enum', nullable: true },
        days: { type: 'ARRAY', items: { type: 'INTEGER', minimum: 1 }, maxItems: 7 },
      },
      required: ['city'],
    }
    expect(schemaForGemini(schemaFromGemini(schema))).toEqual(schema)
  })
})
