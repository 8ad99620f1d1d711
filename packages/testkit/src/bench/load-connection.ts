// One keep-alive connection of the load generator: writes a request that was built beforehand, reads the reply with
// our own parser, and notes times. One request at a time.
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { nowUs } from './clock.ts'
import { HttpMessageParser } from './http-message-parser.ts'
import type { Tally } from './tally.ts'
import { STAMP_DIGITS, STAMP_PREFIX } from './workload.ts'

/** What a good reply looks like: the number of events of a stream, or 0 for JSON; what stands before a stamp. */
export type Expected = { events: number; stampPrefix: string }

// Every connection reads into the same memory: the parser is done with it, or has copied, before the next read.
const READ_BUFFER = Buffer.allocUnsafe(256 * 1024)
const SHORTEST_JSON_BYTES = 1000

export class LoadConnection {
  readonly #socket: Socket
  readonly #parser: HttpMessageParser
  readonly #idle: (connection: LoadConnection) => void
  #tally: Tally | undefined
  #expected: Expected = { events: 0, stampPrefix: STAMP_PREFIX }
  #fromUs = 0
  #status = 0
  #bytes = 0
  #events = 0
  #sawToken = false
  #lastByte = 0

  /**
   * @param idle called after each reply (the connection can send again)
   * @param gone called once when the connection has ended, whoever ended it
   */
  constructor(port: number, idle: (connection: LoadConnection) => void, gone: (connection: LoadConnection) => void) {
    this.#idle = idle
    this.#parser = new HttpMessageParser({
      onHead: (head) => this.#head(head),
      onBody: (bytes, start, end) => this.#body(bytes, start, end),
      onEnd: () => this.#end(),
    })
    this.#socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: { buffer: READ_BUFFER, callback: (length) => this.#read(length) },
    })
    this.#socket.on('error', (error) => this.#lost(error.message))
    this.#socket.on('close', () => {
      this.#lost('connection closed before the end of the reply')
      gone(this)
    })
  }

  /** `fromUs` is the moment that latency counts from: the scheduled time in an open loop. */
  send(request: Buffer, expected: Expected, fromUs: number, tally: Tally): void {
    this.#tally = tally
    this.#expected = expected
    this.#fromUs = fromUs
    this.#socket.write(request)
  }

  close(): void {
    this.#tally = undefined
    this.#socket.destroy()
  }

  /** Closes, and counts a request that is still under way as failed. */
  abandon(reason: string): void {
    this.#lost(reason)
    this.#socket.destroy()
  }

  #read(length: number): boolean {
    try {
      this.#parser.feed(READ_BUFFER.subarray(0, length))
    } catch (error) {
      this.#lost(error instanceof Error ? error.message : 'unreadable reply')
      this.#socket.destroy()
    }
    return true
  }

  #head(head: string): void {
    this.#status = Number(head.slice(9, 12))
    this.#bytes = this.#events = this.#lastByte = 0
    this.#sawToken = false
  }

  #body(bytes: Buffer, start: number, end: number): void {
    this.#bytes += end - start
    if (this.#expected.events === 0 || this.#tally === undefined) return
    const now = nowUs()
    const seenBefore = this.#events
    this.#countEvents(bytes, start, end)
    if (this.#events > seenBefore) this.#tally.reads++
    const { stampPrefix } = this.#expected
    for (let at = bytes.indexOf(stampPrefix, start); at !== -1 && at < end; at = bytes.indexOf(stampPrefix, at + 1)) {
      const digits = at + stampPrefix.length
      if (digits + STAMP_DIGITS > end) break
      let stamp = 0
      for (let digit = 0; digit < STAMP_DIGITS; digit++) stamp = stamp * 10 + (bytes[digits + digit] ?? 48) - 48
      if (!this.#sawToken) this.#tally.firstTokensUs.push(now - this.#fromUs)
      else this.#tally.chunkDelaysUs.push(now - stamp)
      this.#sawToken = true
    }
  }

  /** An event ends with an empty line, which may be cut in two by a chunk border. */
  #countEvents(bytes: Buffer, start: number, end: number): void {
    if (this.#lastByte === 10 && bytes[start] === 10) this.#events++
    for (let at = bytes.indexOf('\n\n', start); at !== -1 && at + 1 < end; at = bytes.indexOf('\n\n', at + 2)) {
      this.#events++
    }
    this.#lastByte = bytes[end - 1] ?? 0
  }

  #end(): void {
    const tally = this.#tally
    if (tally === undefined) return
    this.#tally = undefined
    tally.events += this.#events
    if (this.#status !== 200) tally.fail(`status ${this.#status}`)
    else if (this.#events !== this.#expected.events) tally.fail(`${this.#events} events, not ${this.#expected.events}`)
    else if (this.#expected.events === 0 && this.#bytes < SHORTEST_JSON_BYTES)
      tally.fail(`${this.#bytes} bytes of reply`)
    else {
      tally.completed++
      tally.latenciesUs.push(nowUs() - this.#fromUs)
    }
    this.#idle(this)
  }

  #lost(reason: string): void {
    this.#tally?.fail(reason)
    this.#tally = undefined
  }
}
