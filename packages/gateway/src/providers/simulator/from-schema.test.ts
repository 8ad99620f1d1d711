import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { sampleFromSchema } from './from-schema.ts'

test.each<[string, unknown, unknown]>([
  ['const', { const: 7 }, 7],
  ['default', { type: 'integer', default: 3 }, 3],
  ['an example', { type: 'string', examples: ['Paris'] }, 'Paris'],
  ['limits of a number', { type: 'integer', minimum: 10, maximum: 12 }, 10],
  ['an upper limit only', { type: 'integer', maximum: -5 }, -5],
  ['exclusive limits', { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 0.5 }, 0.25],
  ['a multiple', { type: 'integer', minimum: 7, multipleOf: 5 }, 10],
  ['a format', { type: 'string', format: 'date' }, '2026-01-01'],
  ['a null branch', { anyOf: [{ type: 'null' }, { type: 'boolean' }] }, true],
  ['a type list', { type: ['null', 'integer'] }, 1],
  ['a tuple', { type: 'array', prefixItems: [{ const: 1 }, { const: 'b' }] }, [1, 'b']],
  ['unique items', { type: 'array', items: { type: 'integer' }, minItems: 3, uniqueItems: true }, [1, 2, 3]],
  ['maxItems 0', { type: 'array', items: {}, maxItems: 0 }, []],
  ['required without properties', { required: ['x'] }, { x: 'simulated x' }],
  ['a reference', { $defs: { a: { const: 1 } }, type: 'object', properties: { x: { $ref: '#/$defs/a' } } }, { x: 1 }],
  [
    'allOf',
    { allOf: [{ properties: { x: { const: 1 } } }, { type: 'object', properties: { y: { const: 2 } } }] },
    { x: 1, y: 2 },
  ],
])('honours %s', (_name, schema, expected) => {
  expect(sampleFromSchema(schema, '')).toEqual(expected)
})

test('keeps strings within their lengths', () => {
  expect(sampleFromSchema({ type: 'string', minLength: 5, maxLength: 8 }, '')).toHaveLength(8)
  expect(sampleFromSchema({ type: 'string', minLength: 50 }, '')).toHaveLength(50)
})

test('ends a schema that contains itself', () => {
  const node = {
    type: 'object',
    properties: { value: { type: 'string' }, next: { anyOf: [{ $ref: '#' }, { type: 'null' }] } },
    required: ['value', 'next'],
  }
  expect(JSON.stringify(sampleFromSchema(node, ''))).toContain('"next":null')
  expect(() => JSON.stringify(sampleFromSchema({ $ref: '#' }, ''))).not.toThrow()
  const endless = { type: 'object', properties: { a: { $ref: '#' }, b: { $ref: '#' } }, required: ['a', 'b'] }
  expect(JSON.stringify(sampleFromSchema(endless, '')).length).toBeLessThan(100_000)
})

test('never throws and stays small, whatever the schema', () => {
  const keyword = fc.constantFrom(
    'type',
    'enum',
    'anyOf',
    'allOf',
    'items',
    'properties',
    'required',
    '$ref',
    'minItems',
    'const',
  )
  const value = fc.oneof(
    fc.constantFrom('object', 'array', 'string', 'number', 'null', '#', '#/properties/a', 1e9),
    fc.jsonValue({ maxDepth: 2 }),
  )
  const schema = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      value,
      fc.dictionary(keyword, fc.oneof(tie('any'), fc.array(tie('any'), { maxLength: 3 }))),
    ),
  })).any
  fc.assert(
    fc.property(schema, fc.string(), (schema, text) => {
      expect((JSON.stringify(sampleFromSchema(schema, text)) ?? '').length).toBeLessThan(1_000_000)
    }),
    { numRuns: 500 },
  )
})
