import { describe, expect, it } from 'vitest'
import type { ReplySink } from '../relay/reply-sink.ts'
import { RecordingSink } from './recording-sink.ts'

/** Writes down what it is told, in order. */
class Page implements ReplySink {
  closed = false
  headersSent = false
  listener = null
  readonly told: string[] = []

  head(): void {
    this.headersSent = true
  }

  write(chunk: Buffer | string): boolean {
    this.told.push(chunk.toString('latin1'))
    return true
  }

  reply(status: number, _headers: string[], body: Buffer | string): void {
    this.told.push(`${status} ${body.toString('latin1')}`)
  }

  end(): void {
    this.told.push('END')
  }

  cut(): void {
    this.told.push('CUT')
  }
}

function start(kept: boolean): { page: Page; sink: RecordingSink; saved: string[]; answer(): void } {
  const page = new Page()
  const saved: string[] = []
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const sink = new RecordingSink(page, {
    async save(response) {
      saved.push(response)
      page.told.push('SAVE')
      return await promise
    },
  })
  return { page, sink, saved, answer: () => resolve(kept) }
}

const settled = async (): Promise<void> => await new Promise((resolve) => setImmediate(resolve))
const delta = 'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":"é"}\n\n'
const latin1 = (text: string): string => Buffer.from(text).toString('latin1')

describe('a stream', () => {
  const completed = latin1(
    'event: response.completed\ndata: {"type":"response.completed","sequence_number":9,"response":{"id":"resp_1","status":"completed","store":true,"output":[{"text":"né \\"store\\":true"}]}}\n\n',
  )

  it('tells its end when it is stored, and all before that at once', async () => {
    const { page, sink, saved, answer } = start(true)
    sink.write(latin1(delta))
    sink.finish(`${latin1(delta)}${completed}data: [DONE]\n\n`)
    await settled()
    expect(page.told).toEqual([latin1(delta), latin1(delta), 'SAVE'])
    expect([sink.closed, page.closed]).toEqual([true, false])
    expect(saved).toEqual([
      '{"id":"resp_1","status":"completed","store":true,"output":[{"text":"né \\"store\\":true"}]}',
    ])
    answer()
    await settled()
    expect(page.told.slice(3)).toEqual([`${completed}data: [DONE]\n\n`, 'END'])
  })

  it('says so where it is not', async () => {
    const { page, sink, answer } = start(false)
    sink.finish(Buffer.from(`${completed}data: [DONE]\n\n`, 'latin1'))
    answer()
    await settled()
    expect(page.told.slice(1)).toEqual([
      `${completed.replace('"store":true,"output"', '"store":false,"output"')}data: [DONE]\n\n`,
      'END',
    ])
  })

  it('without an end that could be read passes on', async () => {
    const { page, sink, saved } = start(true)
    sink.finish('event: response.completed\ndata: {"type":"resp\n\n')
    await settled()
    expect(saved).toEqual([])
    expect(page.told.at(-1)).toBe('END')
  })

  it('that is cut is cut', () => {
    const { page, sink } = start(true)
    sink.write('x')
    sink.cut()
    expect(page.told).toEqual(['x', 'CUT'])
  })
})

describe('a JSON reply', () => {
  it('waits to be stored', async () => {
    const { page, sink, saved, answer } = start(false)
    sink.reply(200, [], latin1('{"id":"resp_1","x":"é","store" : true}'))
    await settled()
    expect([saved, page.told]).toEqual([['{"id":"resp_1","x":"é","store" : true}'], ['SAVE']])
    answer()
    await settled()
    expect(page.told.at(-1)).toBe(latin1('200 {"id":"resp_1","x":"é","store" : false}'))
  })

  it('that is an error is nobody’s to store', () => {
    const { page, sink, saved } = start(true)
    sink.reply(400, [], '{"error":{}}')
    expect([saved, page.told]).toEqual([[], ['400 {"error":{}}']])
  })
})
