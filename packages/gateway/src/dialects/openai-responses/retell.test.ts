import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isJsonObject, parseJson, type JsonObject } from '../../core/json.ts'
import type { ReplyTruth } from '../pass-facts.ts'
import { applyEdits, Retelling, withItemIds } from './retell.ts'

const TEMPLATE: JsonObject = {
  id: 'resp_ours',
  object: 'response',
  created_at: 1,
  completed_at: null,
  status: 'in_progress',
  background: false,
  error: null,
  incomplete_details: null,
  instructions: 'Wörter 😀',
  max_output_tokens: null,
  max_tool_calls: null,
  model: 'public',
  output: [],
  parallel_tool_calls: true,
  previous_response_id: null,
  prompt_cache_key: null,
  reasoning: null,
  safety_identifier: null,
  service_tier: 'default',
  store: true,
  temperature: 1,
  text: { format: { type: 'text' } },
  tool_choice: 'auto',
  tools: [],
  top_logprobs: 0,
  top_p: 1,
  presence_penalty: 0,
  frequency_penalty: 0,
  truncation: 'disabled',
  usage: null,
  metadata: {},
}
const NAMES = Object.keys(TEMPLATE)

function retold(text: string, echo: JsonObject = {}): string {
  const truth: ReplyTruth = { echo, previousId: null, template: (status) => ({ ...TEMPLATE, status }) }
  const latin1 = Buffer.from(text).toString('latin1')
  const start = latin1.indexOf('{')
  const edits = new Retelling('"public"', truth).retell(latin1, start, 'in_progress')
  return Buffer.from(applyEdits(latin1, edits), 'latin1').toString('utf8')
}

describe('a response object of an upstream', () => {
  it('passes as it is where nothing is missing', () => {
    const text = ` ${JSON.stringify({ ...TEMPLATE, x_own: [1, { model: 'inner' }] }, null, 1)}`
    expect(retold(text)).toBe(text)
  })

  it('has every member in the end, whatever was there', () => {
    const some = fc.record(Object.fromEntries(NAMES.map((name) => [name, fc.jsonValue()])), { requiredKeys: [] })
    fc.assert(
      fc.property(some, fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(2), (members, others, spaces) => {
        const given: Record<string, unknown> = { ...others, ...members }
        const result = parseJson(retold(JSON.stringify(given, null, spaces), { store: false, x_echo: 'é' }))
        expect(isJsonObject(result) && NAMES.every((name) => Object.hasOwn(result, name))).toBe(true)
        if (!isJsonObject(result)) return
        expect(result).toMatchObject({ model: 'public', store: false, x_echo: 'é' })
        for (const [name, value] of Object.entries(given)) {
          if (name === 'model' || name === 'store' || name === 'x_echo') continue
          // An upstream may say that it was told none.
          const wrong = value === null && name !== 'instructions' && TEMPLATE[name] != null
          const kept = wrong ? TEMPLATE[name] : value
          expect(result[name]).toEqual(parseJson(JSON.stringify(kept)))
        }
      }),
    )
  })

  it('keeps what it says itself, and is told what it does not know', () => {
    const result = parseJson(
      retold('{"id":"resp_theirs","model":"up","tools":null}', { previous_response_id: 'resp_0' }),
    )
    expect(result).toEqual({ ...TEMPLATE, id: 'resp_theirs', previous_response_id: 'resp_0' })
    expect(parseJson(retold('{}'))).toEqual(TEMPLATE)
  })
})

it('items get back the ids that they had first', () => {
  const text = '{"output":[{"id":"a","x":{"id":"inner"}}, {"type":"b","id" : "b"},{"id":"c"}, 7]}'
  const edits = withItemIds(text, text.indexOf('['), ['first', undefined, 'c'])
  expect(applyEdits(text, edits)).toBe(text.replace('"a"', '"first"'))
})
