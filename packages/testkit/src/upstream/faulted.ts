// From a good reply and a fault to a plan of writes. Works on bytes and events only: what is a role chunk or a usage chunk was
// decided by the dialect.
import {
  badlyChunked,
  byteByByte,
  cut,
  emptyStream,
  failing,
  garbled,
  onePacket,
  truncated,
  withoutDone,
  wrongLength,
} from './broken-writes.ts'
import type { Dialect, ErrorTerms, Reply, WholeReply } from './dialects/dialect.ts'
import type { Fault } from './fault.ts'
import { goodWrites, type Plan } from './plan.ts'
import { rateLimitHeaders } from './rate-limit-headers.ts'
import { refusal } from './refusals.ts'
import type { Script } from './script.ts'

/** Builds the plan. `reply` is asked for only when the fault needs a good answer. */
export function planOf(
  reply: () => Reply,
  fault: Fault | undefined,
  script: Script,
  dialect: Dialect,
  nowMs: number,
): Plan {
  const good = (fault === undefined ? undefined : errorInstead(fault, dialect, nowMs)) ?? reply()
  return {
    delayMs: script.delayMs,
    gapMs: script.gapMs,
    writes: goodWrites(good),
    ending: 'keep-alive',
    broken: false,
    oneByOne: false,
    promptTokens: good.promptTokens,
    status: good.kind === 'whole' ? good.status : 200,
    ...(fault === undefined ? {} : damage(good, fault, script, dialect)),
  }
}

/** The script under a fault: some faults are things that the model says rather than things that the wire does. */
export function scriptUnder(script: Script, fault: Fault | undefined): Script {
  if (fault?.kind === 'lie-usage') return { ...script, usage: fault.lie }
  if (fault?.kind === 'dup-usage') return { ...script, usage: 'twice' }
  if (fault?.kind === 'bigline') return { ...script, tokens: Math.max(3, script.tokens), bigPieceBytes: fault.bytes }
  return script
}

/** The reply of a fault that gives no answer at all. */
function errorInstead(fault: Fault, dialect: Dialect, nowMs: number): WholeReply | undefined {
  switch (fault.kind) {
    case '200-error':
      return { ...dialect.error(serverError(dialect, 500)), status: 200 }
    case '429': {
      const terms = dialect.trouble({
        kind: 'rate-limited',
        ...(fault.format === 'in-body' ? { waitMs: fault.waitMs } : {}),
      })
      const error = dialect.error(terms)
      return { ...error, headers: { ...error.headers, ...rateLimitHeaders(fault.format, fault.waitMs, nowMs) } }
    }
    case 'refusal': {
      const { status, body, headers } = refusal(fault.name)
      return {
        ...dialect.error({ status, message: '' }),
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...headers },
      }
    }
    case '5xx':
      return dialect.error(serverError(dialect, fault.status))
    case 'html':
      return {
        ...dialect.error(serverError(dialect, fault.status)),
        headers: HTML_HEADERS,
        body: htmlPage(fault.status),
      }
    case 'refuse':
    case 'rst':
    case 'fin':
    case 'stall':
    case 'slowhead':
    case 'drip':
    case 'garbage':
    case 'sse-error':
    case 'empty':
    case 'bigline':
    case 'lie-usage':
    case 'dup-usage':
    case 'no-done':
    case 'bad-chunked':
    case 'wrong-length':
    case 'truncated-json':
    case 'one-byte':
    case 'one-packet':
      break
  }
  return undefined
}

/** How the plan of a good reply changes under a fault of the wire. */
function damage(good: Reply, fault: Fault, script: Script, dialect: Dialect): Partial<Plan> {
  switch (fault.kind) {
    case 'rst':
    case 'fin':
    case 'stall':
      return { writes: cut(good, fault.after, fault.midEvent === true), ending: fault.kind, broken: true }
    case 'slowhead':
      return { delayMs: script.delayMs + fault.ms }
    case 'drip':
      return { writes: byteByByte(goodWrites(good), fault.head === true, true), gapMs: fault.msPerByte }
    case 'garbage':
      if (good.kind === 'stream') return { writes: garbled(good, fault.seed, fault.broken) }
      return fault.broken ? { writes: truncated(good) } : {}
    case 'sse-error': {
      const terms = serverError(dialect, 500)
      if (good.kind === 'stream') {
        return { writes: failing(good, fault.after, good.failure?.(terms) ?? dialect.streamError(terms)) }
      }
      const error = dialect.error(terms)
      return { writes: goodWrites(error), status: error.status, promptTokens: 0 }
    }
    case 'empty': {
      const writes = good.kind === 'stream' ? emptyStream(good) : goodWrites({ ...good, body: '', completionTokens: 0 })
      return { writes, promptTokens: 0 }
    }
    case 'no-done':
      return good.kind === 'stream' ? { writes: goodWrites({ ...good, events: withoutDone(good) }) } : {}
    case 'bad-chunked':
      return { writes: badlyChunked(good, fault.after, fault.how), ending: 'fin', broken: true }
    case 'wrong-length':
      return { writes: wrongLength(good, fault.body), ending: 'fin', broken: true }
    case 'truncated-json':
      return { writes: truncated(good) }
    case 'one-byte':
      return { writes: byteByByte(goodWrites(good), true, false), oneByOne: true }
    case 'one-packet':
      return { writes: onePacket(good) }
    case '200-error':
    case '429':
    case 'refusal':
    case '5xx':
    case 'html':
    case 'refuse':
    case 'bigline':
    case 'lie-usage':
    case 'dup-usage':
      // Errors are good replies by now, and the last three are in the script (scriptUnder).
      break
  }
  return {}
}

function serverError(dialect: Dialect, status: number): ErrorTerms {
  const overloaded = status === 503 || status === 529
  return dialect.trouble({ kind: overloaded ? 'overloaded' : 'server-error', status })
}

const HTML_HEADERS = {
  'content-type': 'text/html; charset=UTF-8',
  server: 'cloudflare',
  'cf-ray': '0000000000000000-XXX',
} as const

function htmlPage(status: number): string {
  return (
    `<!DOCTYPE html>\n<html lang="en-US">\n<head><title>api.testkit.invalid | ${status}: Bad gateway</title></head>\n` +
    `<body><h1><span>Bad gateway</span> <span>Error code ${status}</span></h1>\n` +
    '<p>The web server reported a bad gateway error.</p></body>\n</html>\n'
  )
}
