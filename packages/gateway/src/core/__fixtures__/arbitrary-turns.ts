// Histories as clients send them, good and bad: roles in any order, empty and blank text, calls without results, results
// without calls, ids that come twice or not at all. Seals and media included; for properties.

import fc from 'fast-check'
import type { Part, Turn } from '../conversation.ts'

const at = fc.nat(20).map((index) => `messages[${index}].content[0]`)
const words = fc.oneof(fc.constantFrom('', ' ', '\n\t', 'Hello', 'x '), fc.string({ unit: 'grapheme', maxLength: 12 }))
const cache = fc.option(fc.constantFrom({ ttl: '5m' as const }, { ttl: '1h' as const }), { nil: undefined, freq: 4 })
const id = fc.constantFrom('', 'call_1', 'call_2', 'call_3', 'toolu_01', 'odd id/é')
const name = fc.constantFrom('get_weather', 'now', 'mcp.server/tool', 'x'.repeat(80))
const kind = fc.constantFrom('function' as const, 'function' as const, 'custom' as const)
const PIXEL = 'R0lGODlhAQABAAAAACwAAAAAAQABAAA='
const image = { kind: 'base64' as const, mediaType: 'image/gif', data: PIXEL }
const document = { kind: 'text' as const, mediaType: 'text/plain', text: 'some lines' }

/** `exactOptionalPropertyTypes`: a mark that is not there is not there. */
function marked<T extends object>(part: T, mark: { ttl: '5m' | '1h' } | undefined): T {
  return mark === undefined ? part : { ...part, cache: mark }
}

const textPart = fc.record({ at, words, cache }).map(({ at, words, cache }): Part => marked({ type: 'text', at, text: words }, cache))
const imagePart = at.map((at): Part => ({ type: 'image', at, source: image }))
const filePart = fc
  .record({ at, name: fc.constantFrom('a.txt', 'Ünïcode  file?.md', '') })
  .map(({ at, name }): Part => ({ type: 'file', at, source: document, name }))
const resultPart = fc
  .record({ at, id, kind, isError: fc.boolean(), cache, parts: fc.array(fc.oneof(textPart, imagePart), { maxLength: 2 }) })
  .map(({ id, cache, ...rest }): Part => marked({ type: 'tool-result', callId: id, ...rest }, cache))
const callPart = fc
  .record({ at, id, name, kind, input: fc.constantFrom('', '{}', '{"a":1}', '{"a":', '[1]', '{"id":12345678901234567890}') })
  .map((part): Part => ({ type: 'tool-call', ...part }))
const reasoningPart = fc
  .record({
    at,
    words,
    redacted: fc.boolean(),
    seal: fc.constantFrom(
      undefined,
      { dialect: 'anthropic-messages' as const, data: 'c2ln' },
      { dialect: 'bedrock-converse' as const, data: 'c2ln' },
      { dialect: 'gemini' as const, data: 'c2ln' },
    ),
  })
  .map(
    ({ at, words, redacted, seal }): Part => ({
      type: 'reasoning',
      at,
      text: redacted ? '' : words,
      summary: [],
      redacted,
      ...(seal === undefined ? {} : { seal }),
    }),
  )

const system = fc
  .array(textPart, { maxLength: 2 })
  .map((parts): Turn => ({ role: 'system', kind: 'system', parts }))
const user = fc
  .array(fc.oneof({ weight: 3, arbitrary: textPart }, imagePart, filePart, { weight: 2, arbitrary: resultPart }), { maxLength: 4 })
  .map((parts): Turn => ({ role: 'user', parts }))
const assistant = fc
  .array(fc.oneof(textPart, { weight: 2, arbitrary: callPart }, reasoningPart), { maxLength: 4 })
  .map((parts): Turn => ({ role: 'assistant', parts }))

export const arbitraryTurns: fc.Arbitrary<readonly Turn[]> = fc.array(
  fc.oneof({ weight: 1, arbitrary: system }, { weight: 3, arbitrary: user }, { weight: 3, arbitrary: assistant }),
  { maxLength: 8 },
)
