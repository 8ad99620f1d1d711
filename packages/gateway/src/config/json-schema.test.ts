import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { generatedFiles } from '../../scripts/generated-files.ts'
import { configJsonSchema } from './json-schema.ts'

const ROOT = resolve(import.meta.dirname, '../../../..')

it.each([...(await generatedFiles())])('%s is what the code says (npm run generate)', (name, text) => {
  expect(readFileSync(resolve(ROOT, name), 'utf8')).toBe(text)
})

it('describes every key', () => {
  const nameless: string[] = []
  const look = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) return
    for (const [key, child] of Object.entries(node)) {
      if (key === 'properties') {
        for (const [name, property] of Object.entries(child)) {
          if (typeof property !== 'object' || property === null || !('description' in property))
            nameless.push(`${path}.${name}`)
        }
      }
      look(child, `${path}.${key}`)
    }
  }
  look(JSON.parse(configJsonSchema()), '')
  expect(nameless).toEqual([])
})
