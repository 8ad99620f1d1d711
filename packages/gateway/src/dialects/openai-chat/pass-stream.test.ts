import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PassFacts } from '../pass-facts.ts'
import { ChatStream } from './pass-stream.ts'
import { tokenUsage } from '../../core/token-usage.ts'

// The sequence and the members of the chunks follow OpenAI's recorded streams: role chunk, content, finish, usage, [DONE].
const chunk = (choices: string, usage = 'null'): string =>
  `data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1723000000,"model":"gpt-4o-2024-08-06","service_tier":"default","system_fingerprint":"fp_1","choices":${choices},"usage":${usage}}\n\n`
const delta = (content: string): string =>
  chunk(`[{"index":0,"delta":{"content":${JSON.stringify(content)}},"logprobs":null,"finish_reason":null}]`)
const ROLE = chunk(
  '[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}]',
)
const FINISH = chunk('[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]')
const USAGE = chunk(
  '[]',
  '{"prompt_tokens":9,"completion_tokens":3,"total_tokens":12,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":1}}',
)
const DONE = 'data: [DONE]\n\n'
const STREAM =
  ROLE + delta('Hé') + delta('llo "model":"gpt-4o-2024-08-06" {') + delta('\u{1F600}') + FINISH + USAGE + DONE

function follow(
  text: string,
  cuts: readonly number[],
  options: Partial<PassFacts> = {},
): { out: string; stream: ChatStream } {
  const stream = new ChatStream({
    publicModelJson: '"gpt-4o"',
    usageAsked: false,
    costJson: () => '0.000000012',
    ...options,
  })
  const bytes = Buffer.from(text)
  const parts: Buffer[] = []
  const ends = [...new Set(cuts.map((cut) => cut % bytes.length))].sort((a, b) => a - b)
  for (const [index, start] of [0, ...ends].entries()) parts.push(bytes.subarray(start, ends[index] ?? bytes.length))
  const out: Buffer[] = []
  const keep = (piece: Buffer | string | null): void => {
    if (piece !== null) out.push(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece)
  }
  for (const part of parts) if (part.length > 0) keep(stream.push(part))
  keep(stream.end())
  return { out: Buffer.concat(out).toString(), stream }
}

const expected = STREAM.replaceAll('"model":"gpt-4o-2024-08-06","service_tier"', '"model":"gpt-4o","service_tier"')

describe('a stream on its way through', () => {
  it('names the public model in every chunk, leaves the words alone, and drops the usage that was not asked for', () => {
    const { out, stream } = follow(STREAM, [])
    expect(out).toBe(expected.replace(USAGE.replace('gpt-4o-2024-08-06', 'gpt-4o'), ''))
    expect(stream.usage).toEqual(
      tokenUsage({ input: 9, cacheRead: 4, cacheWrite5m: 0, cacheWrite1h: 0, output: 3, reasoning: 1 }),
    )
    expect(stream).toMatchObject({ done: true, sawFinish: true, sawOutput: true, broken: null, errorPayload: null })
  })

  it('passes the usage on, with its cost, to a client that asked', () => {
    const { out } = follow(STREAM, [], { usageAsked: true })
    expect(out).toBe(expected.replace('"reasoning_tokens":1}}', '"reasoning_tokens":1},"cost":0.000000012}'))
  })

  it('gives the same for any split of the bytes, LF or CRLF', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(), { maxLength: 40 }),
        fc.boolean(),
        fc.constantFrom('\n', '\r\n', '\r'),
        (cuts, usageAsked, newline) => {
          const { out, stream } = follow(STREAM.replaceAll('\n', newline), cuts, { usageAsked })
          expect(out).toBe(follow(STREAM, [], { usageAsked }).out)
          expect(stream.done).toBe(true)
        },
      ),
      { numRuns: 1_000 },
    )
  })

  it('hands on the very buffer that came when nothing in it has to change', () => {
    const stream = new ChatStream({ publicModelJson: '"gpt-4o-2024-08-06"', usageAsked: false, costJson: () => null })
    stream.push(Buffer.from(ROLE + delta('a')))
    const read = Buffer.from(delta('b') + delta('c'))
    expect(stream.push(read)).toBe(read)
  })

  it('follows servers that write a space behind each colon', () => {
    const spaced = STREAM.replaceAll('":', '": ')
    const { out, stream } = follow(spaced, [])
    expect(out.match(/"model": ?"gpt-4o",/g)?.length).toBe(5)
    expect(stream.usage?.output).toBe(3)
  })

  it('takes a last event without its blank line', () => {
    expect(follow(STREAM.slice(0, -2), []).stream.done).toBe(true)
    expect(follow(STREAM.slice(0, -1), []).stream.done).toBe(true)
  })

  it('reads `data:` without a space, several data lines, comments, other fields and a byte order mark', () => {
    const odd = `\ufeff: OPENROUTER PROCESSING\n\nevent: x\nid: 7\ndata:{"id":"1","model":"up",\ndata: "choices":[{"delta":{"content":"hi"}}]}\n\n: ping\n\n${DONE}`
    const { out, stream } = follow(odd, [])
    expect(out).toContain('"content":"hi"')
    expect(out).toContain('"model":"gpt-4o"')
    expect(out).not.toContain('OPENROUTER')
    expect(stream.done).toBe(true)
  })

  it('H10: what Azure tells of its filters comes with a choice and a delta, so that loops over the stream go on', () => {
    const filter = '"content_filter_results":{"hate":{"filtered":false}}'
    const opening = `data: {"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,${filter}}]}\n\n`
    const late = `data: {"id":"","object":"","created":0,"model":"","choices":[{"index":0,"finish_reason":null,${filter},"content_filter_offsets":{"check_offset":44,"of":"né 東"}}]}\n\n`
    const { out, stream } = follow(opening + ROLE + delta('a') + late + delta('b') + FINISH + USAGE + DONE, [])
    const chunks = out
      .split('\n\n')
      .filter((event) => event.startsWith('data: {'))
      .map((event) => JSON.parse(event.slice(6)))
    expect(chunks).toHaveLength(6)
    for (const { object, model, choices } of chunks) {
      expect([object, model]).toEqual(['chat.completion.chunk', 'gpt-4o'])
      expect(choices[0]).toMatchObject({ index: 0, delta: {} })
    }
    expect(chunks[0]).toHaveProperty('prompt_filter_results.0.content_filter_results')
    expect(chunks[3].choices[0]).toMatchObject({ content_filter_offsets: { check_offset: 44, of: 'né 東' } })
    expect(stream).toMatchObject({ done: true, eventCount: 5 })
  })

  it('stops at an error event and tells it apart from content', () => {
    const { out, stream } = follow(
      `${ROLE}${delta('a')}data: {"error":{"message":"overloaded","code":503}}\n\n${delta('b')}`,
      [],
    )
    expect(stream.errorPayload).toContain('overloaded')
    expect(out).toContain('"content":"a"')
    expect(out).not.toContain('"content":"b"')
  })

  it('finds an error that stands beside a model and choices', () => {
    const mixed = delta('x').replace('"choices"', '"error":{"message":"boom"},"choices"')
    expect(follow(ROLE + delta('a') + mixed, []).stream.errorPayload).toContain('boom')
  })

  it('says that a stream is broken rather than pass on half an event', () => {
    const { out, stream } = follow(`${ROLE}${delta('a')}data: {"id":"chatcmpl-1","choi\n\n`, [])
    expect(stream.broken).toBe('an event that is not JSON')
    expect(out).not.toContain('choi\n')
  })

  it('gives up on an event that never ends', () => {
    const stream = new ChatStream({ publicModelJson: '"m"', usageAsked: false, costJson: () => null })
    stream.push(Buffer.from('data: '))
    for (let index = 0; index < 40 && stream.broken === null; index += 1) stream.push(Buffer.alloc(64 * 1024, 'x'))
    expect(stream.broken).toBe('an event that is too large')
  })

  it('does not take a role for output, nor an empty content', () => {
    expect(follow(ROLE, []).stream.sawOutput).toBe(false)
    expect(follow(ROLE + delta('a'), []).stream.sawOutput).toBe(true)
  })
})
