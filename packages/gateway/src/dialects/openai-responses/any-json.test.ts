// Whatever JSON a client sends, it gets an answer or an error that names a field.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../core/errors.ts'
import { isJsonObject, parseJson, type JsonObject } from '../../core/json.ts'
import { openaiResponsesClient } from './index.ts'
import { envelope, json, replyContext, send } from './__fixtures__/support.ts'

describe('any JSON', () => {
  const members = [
    'model',
    'input',
    'instructions',
    'tools',
    'tool_choice',
    'text',
    'reasoning',
    'include',
    'stream',
    'metadata',
    'temperature',
    'top_p',
    'max_output_tokens',
    'user',
    'service_tier',
    'store',
    'truncation',
    'max_tool_calls',
  ]
  const types = [
    'message',
    'function_call',
    'function_call_output',
    'custom_tool_call',
    'custom_tool_call_output',
    'reasoning',
    'additional_tools',
    'web_search_call',
    'shell_call_output',
    'tool_search_output',
    'code_interpreter_call',
    'namespace',
    'function',
    'custom',
    'input_text',
    'input_image',
    'input_file',
    'input_audio',
    'refusal',
    'allowed_tools',
    'mcp',
  ]
  const keys = [
    'role',
    'content',
    'call_id',
    'name',
    'arguments',
    'output',
    'summary',
    'encrypted_content',
    'id',
    'tools',
    'text',
    'type',
    'image_url',
    'file_data',
    'format',
    'schema',
    'namespace',
    'phase',
    'action',
    'parameters',
    '__proto__',
  ]
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.jsonValue({ maxDepth: 1 }),
      fc.constantFrom(...types, 'user', 'assistant', 'auto', 'ZmwxLnNlYWwuWyJ4Il0', 'data:image/png;base64,AA'),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.constantFrom(...keys), tie('value'), { maxKeys: 6 }),
      fc.record({ type: fc.constantFrom(...types), name: tie('value'), content: tie('value'), output: tie('value') }),
      fc.record({ role: fc.constantFrom('user', 'assistant', 'system'), content: tie('value') }),
    ),
  })).value
  const body = fc.dictionary(fc.constantFrom(...members), value, { maxKeys: 8 })

  it('becomes a conversation or an error that names a field, and so does what is made of it', () => {
    let taken = 0
    fc.assert(
      fc.property(body, fc.constantFrom('m', null), (any, model) => {
        const parsed = parseJson(
          JSON.stringify({ ...any, ...(model === null ? {} : { model, input: any['input'] ?? 'x' }) }),
        )
        if (!isJsonObject(parsed)) return
        try {
          const conversation = openaiResponsesClient.decodeRequest(parsed, { model: null, stream: null, envelope })
          taken += 1
          json(
            { id: '', model: '', createdAtSeconds: 0, choices: [], usage: null },
            replyContext({ conversation, requestBody: parsed }),
          )
          send(conversation)
        } catch (error) {
          if (!(error instanceof GatewayError)) throw error
          expect(error.code).toBe('invalid_request')
        }
      }),
      { numRuns: 3_000 },
    )
    expect(taken).toBeGreaterThan(50)
  })

  it('H42: numbers that no double holds come through unharmed', () => {
    const text =
      '{"model":"m","input":"x","metadata":{"id":12345678901234567890},"tools":[{"type":"function","name":"f","parameters":{"type":"object","properties":{"a":{"default":1.0,"maximum":1e400}}}}]}'
    const parsed = parseJson(text) as JsonObject
    const conversation = openaiResponsesClient.decodeRequest(parsed, { model: null, stream: null, envelope })
    const sent = JSON.stringify(send(conversation).body)
    expect(sent).toContain('"id":12345678901234567890')
    expect(sent).toContain('{"default":1.0,"maximum":1e400}')
    const replied = JSON.stringify(
      openaiResponsesClient.encodeAnswer(
        { id: '', model: '', createdAtSeconds: 0, choices: [], usage: null },
        replyContext({ requestBody: parsed }),
      ),
    )
    expect(replied).toContain('"id":12345678901234567890')
  })
})
