import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PLAIN_BOUNDS } from '../../../core/price-bounds.ts'
import { viewRequest, type RequestView } from './request-view.ts'
import { readSpans } from './text-spans.ts'

function view(body: unknown, bounds = PLAIN_BOUNDS): RequestView {
  const text = Buffer.from(JSON.stringify(body)).toString('latin1')
  return viewRequest({ text, maxOutputTokens: 0, bounds })
}

const tool = { name: 'look', parameters: {} }
const TALKS: readonly (readonly [dialect: string, body: Record<string, unknown>])[] = [
  [
    'chat',
    {
      messages: [
        { role: 'system', content: 'Be kind. ☃' },
        { role: 'user', content: 'First question' },
        { role: 'assistant', content: 'An answer' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Second ' },
            { type: 'text', text: 'question' },
          ],
        },
      ],
      tools: [
        { type: 'function', function: tool },
        { type: 'function', function: tool },
      ],
      response_format: { type: 'json_schema', json_schema: {} },
      reasoning_effort: 'high',
    },
  ],
  [
    'responses',
    {
      instructions: 'Be kind. ☃',
      input: [
        { role: 'user', content: 'First question' },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'An answer' }] },
        {
          type: 'message',
          role: 'user',
          content: [
            { type: 'input_text', text: 'Second ' },
            { type: 'input_text', text: 'question' },
          ],
        },
      ],
      tools: [
        { type: 'function', ...tool },
        { type: 'function', ...tool },
      ],
      text: { format: { type: 'json_schema' } },
      reasoning: { effort: 'high' },
    },
  ],
  [
    'anthropic',
    {
      system: [{ type: 'text', text: 'Be kind. ☃' }],
      messages: [
        { role: 'user', content: 'First question' },
        { role: 'assistant', content: 'An answer' },
        {
          role: 'user',
          content: [
            { type: 'text', text: '<system-reminder>not the user</system-reminder>' },
            { type: 'text', text: 'Second ' },
            { type: 'text', text: 'question' },
          ],
        },
      ],
      tools: [tool, tool],
      output_config: { format: { type: 'json_schema' } },
      thinking: { type: 'enabled', budget_tokens: 1024 },
    },
  ],
  [
    'gemini',
    {
      systemInstruction: { parts: [{ text: 'Be kind. ☃' }] },
      contents: [
        { role: 'user', parts: [{ text: 'First question' }] },
        { role: 'model', parts: [{ text: 'An answer' }] },
        { role: 'user', parts: [{ text: 'Second ' }, { text: 'question' }] },
      ],
      tools: [{ functionDeclarations: [tool, tool] }],
      generationConfig: { responseSchema: {}, thinkingConfig: { thinkingBudget: 100 } },
    },
  ],
]

describe('what the picker sees of a request', () => {
  it.each(TALKS)('is the same in %s', (_dialect, body) => {
    expect(view(body)).toMatchObject({
      lastUser: 'Second \nquestion',
      firstUser: 'First question',
      system: 'Be kind. ☃',
      turnCount: 2,
      toolCount: 2,
      tools: true,
      hasSchema: true,
      reasoning: true,
      afterToolResult: false,
      toolFailed: false,
      logprobs: false,
    })
  })

  const RESULTS: readonly (readonly [dialect: string, newest: (content: string) => Record<string, unknown>])[] = [
    [
      'chat',
      (content) => ({
        messages: [
          { role: 'user', content: 'x' },
          { role: 'tool', content },
        ],
      }),
    ],
    [
      'responses',
      (output) => ({
        input: [
          { role: 'user', content: 'x' },
          { type: 'function_call_output', output },
        ],
      }),
    ],
    [
      'anthropic',
      (content) => ({
        messages: [
          { role: 'user', content: 'x' },
          { role: 'user', content: [{ type: 'tool_result', content }] },
        ],
      }),
    ],
    [
      'gemini',
      () => ({
        contents: [{ parts: [{ text: 'x' }] }, { role: 'user', parts: [{ functionResponse: { response: {} } }] }],
      }),
    ],
  ]
  it.each(RESULTS)('knows a tool loop in %s, and a call that could not be made', (dialect, newest) => {
    expect(view(newest('fine'))).toMatchObject({
      lastUser: 'x',
      turnCount: 1,
      afterToolResult: true,
      toolFailed: false,
    })
    if (dialect !== 'gemini') expect(view(newest('Error: no such tool')).toolFailed).toBe(true)
  })

  it('takes a body for what it can be read as, and never throws', () => {
    expect(view({ input: 'Just text' })).toMatchObject({ lastUser: 'Just text', turnCount: 1 })
    expect(view({ messages: 'wrong' }).lastUser).toBe('wrong')
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('messages', 'input', 'contents', 'tools', 'system', 'text'), fc.jsonValue()),
        (body) => {
          expect(view(body).turnCount).toBeGreaterThan(0)
        },
      ),
    )
  })
})

describe('a long text', () => {
  it('is read at both ends as it was written, whatever is cut in the middle', () => {
    const odd = fc.constantFrom('\\', '"', '\n', '\u{1F600}', 'é', '☃', '\\n', 'plain words')
    const words = fc.array(odd, { minLength: 300, maxLength: 400 })
    fc.assert(
      fc.property(words, (parts) => {
        const text = `${parts.join(' ')} `.repeat(40)
        const literal = JSON.stringify(text)
        const body = Buffer.from(literal).toString('latin1')
        const read = readSpans(body, [{ start: 0, end: body.length }])
        expect(text.startsWith(read.slice(0, 1_900))).toBe(true)
        expect(text.endsWith(read.slice(-1_900))).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  it('costs what a short one does, but for the way to its end', () => {
    const body = { messages: [{ role: 'user', content: `${'x'.repeat(10_000_000)} end` }] }
    expect(view(body).lastUser.length).toBeLessThanOrEqual(4_001)
    expect(view(body).lastUser.endsWith(' end')).toBe(true)
  })
})
