import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { ConfigError, type ConfigProblem } from './config-error.ts'
import type { Config } from './config.ts'
import { loadConfig } from './load-config.ts'

const WHOLE = `server:
  host: 127.0.0.1
  port: \${PORT:-8080}
  master_key: \${KEY}
  cors: [https://app.example.com]
  trusted_proxies: [10.0.0.0/8]
health: { detail: full, interval_ms: 30000, check: connect }
timeouts: { connect_ms: , first_byte_ms: 1000 }
balancer:
  breaker: { open_ms: 100, max_open_ms: 200 }
providers:
  - &base
    name: openai
    type: openai
    api_keys: [\${KEY}, "two"]
    limits: { rpm: 10 }
    headers: { x-org: "a" }
  - <<: *base
    name: second
    type: openai-compatible
    base_url: https://api.deepseek.com/v1
models:
  - id: gpt-4o
    aliases: [four]
    strategy: latency
    targets:
      - { provider: openai, weight: 3 }
      - { provider: second, model: deepseek-chat, priority: 1 }
    price: { input: 2.5, cached_input: "1.25", output: 10 }
    fallbacks: [small]
  - { id: small, targets: [{ provider: openai, model: gpt-4o-mini }] }
`

const TOKENS = [
  '${KEY}',
  '${NOPE}',
  '${',
  '}',
  '$${X}',
  ': ',
  '- ',
  '\n',
  '\n  ',
  '"',
  "'",
  '[',
  ']',
  '{',
  '}',
  '&a ',
  '*base',
  '!!int ',
  '<<: ',
  '|',
  '#',
  '\t',
  '\0',
  '~',
  'null',
  '-1',
  '1e999',
  '.nan',
  '__proto__: 1',
  'groups: x',
  'true',
  '\u{1f600}',
  '\ue041',
  '? ',
  '---',
  '%YAML 1.1',
  ',',
  '*',
]

/** A piece cut out, doubled, moved, or replaced by what YAML, JavaScript or we find special. */
const mutation = fc.record({
  at: fc.nat(WHOLE.length),
  length: fc.nat(12),
  insert: fc.oneof(fc.constantFrom(...TOKENS), fc.string({ unit: 'binary', maxLength: 6 }), fc.constant('')),
})

it('throws nothing but ConfigError, and names a line for every problem, whatever is done to a file', () => {
  const counts = { accepted: 0, refused: 0 }
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
      let text = WHOLE
      for (const { at, length, insert } of mutations) text = text.slice(0, at) + insert + text.slice(at + length)
      const outcome = load(text)
      if (outcome instanceof ConfigError) {
        counts.refused++
        const lines = text.split('\n').length
        return outcome.problems.length > 0 && outcome.problems.every((problem) => isPlaced(problem, lines))
      }
      counts.accepted++
      return isDeepStrictEqual(structuredClone(outcome), outcome)
    }),
    { numRuns: 400 },
  )
  // Both must happen, or the mutations are too wild or too tame to say anything.
  expect(counts.accepted).toBeGreaterThan(0)
  expect(counts.refused).toBeGreaterThan(100)
})

function load(text: string): Config | ConfigError {
  try {
    return loadConfig({ text, fileName: 'f.yaml', env: { KEY: 'a-key-of-twenty-chars' }, overrides: {} }).config
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
}

function isPlaced({ line = 0, column = 0, message }: ConfigProblem, lines: number): boolean {
  return line >= 1 && line <= lines + 1 && column >= 1 && message !== ''
}
