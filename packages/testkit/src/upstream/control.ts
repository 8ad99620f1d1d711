// The control endpoints of a fake upstream that runs as its own process: under /__testkit/, never counted, never at fault.
//
//   POST /__testkit/fault   {"fault": "stall@5" | {...} | null, "forKey": "sk-bad", "times": 3}
//   POST /__testkit/script  {"tokens": 50, "gapMs": 10}
//   POST /__testkit/answer  {"answer": {...} or "answers": [...], "times", "forKey", "model", "when", "dialect"}  (scripted-answer.ts); {} forgets all
//   POST /__testkit/pause   {"forMs": 2000, "kill": true}   closes the port, and opens it again after forMs
//   POST /__testkit/reset   faults and ledger
//   GET  /__testkit/ledger  {totals, entries}; bodies as text, ?bodies=base64 for bytes, ?last=N for the newest N
import type { Exchange } from './connection.ts'
import { jsonReply, type WholeReply } from './dialects/dialect.ts'
import type { FakeUpstream } from './fake-upstream.ts'
import type { Fault } from './fault.ts'
import type { LedgerEntry } from './ledger.ts'
import type { Script } from './script.ts'
import type { AnswerScope, ScriptedAnswer } from './scripted-answer.ts'

export const CONTROL_PREFIX = '/__testkit/'

export async function controlReply(upstream: FakeUpstream, exchange: Exchange): Promise<WholeReply> {
  const action = `${exchange.method} ${exchange.path.slice(CONTROL_PREFIX.length)}`
  try {
    switch (action) {
      case 'GET ledger':
        return json(ledgerView(upstream, new URLSearchParams(exchange.query)))
      case 'POST fault': {
        const { fault, forKey, times } = read(exchange.body)
        const scope = { ...(forKey === undefined ? {} : { forKey }), ...(times === undefined ? {} : { times }) }
        await upstream.setFault(fault ?? undefined, scope)
        return json({ ok: true })
      }
      case 'POST script':
        upstream.setScript(read(exchange.body))
        return json({ ok: true })
      case 'POST answer': {
        const { answer, answers = answer === undefined ? undefined : [answer], ...scope } = readAnswers(exchange.body)
        if (answers === undefined) upstream.clearAnswers()
        for (const one of answers ?? []) upstream.answer(one, scope)
        return json({ ok: true })
      }
      case 'POST pause': {
        const { forMs, kill } = read(exchange.body)
        // Let the answer leave before its connection goes.
        setImmediate(() => upstream.pause({ kill: kill === true }))
        if (forMs !== undefined) setTimeout(() => void upstream.resume(), forMs)
        return json({ ok: true })
      }
      case 'POST reset':
        await upstream.setFault(undefined)
        upstream.clearAnswers()
        upstream.ledger.reset()
        return json({ ok: true })
      default:
        return jsonReply(404, JSON.stringify({ error: `No such control: ${action}` }))
    }
  } catch (error) {
    return jsonReply(400, JSON.stringify({ error: error instanceof Error ? error.message : String(error) }))
  }
}

function json(value: unknown): WholeReply {
  return jsonReply(200, JSON.stringify(value))
}

/** Everything that an order may carry; the control endpoints trust their caller, who is the test. */
interface Order extends Partial<Script> {
  readonly fault?: Fault | string | null
  readonly forKey?: string
  readonly times?: number
  readonly forMs?: number
  readonly kill?: boolean
}

function read(body: Buffer): Order {
  return JSON.parse(body.toString('utf8') || '{}')
}

interface AnswerOrder extends AnswerScope {
  readonly answer?: ScriptedAnswer
  readonly answers?: readonly ScriptedAnswer[]
}

function readAnswers(body: Buffer): AnswerOrder {
  return JSON.parse(body.toString('utf8') || '{}')
}

function ledgerView(upstream: FakeUpstream, query: URLSearchParams): unknown {
  const encoding = query.get('bodies') === 'base64' ? 'base64' : 'utf8'
  const last = Number(query.get('last') ?? Infinity)
  const entries = upstream.ledger.entries.slice(-Math.min(last, upstream.ledger.entries.length))
  return {
    totals: upstream.ledger.totals,
    entries: last === 0 ? [] : entries.map((entry: LedgerEntry) => ({ ...entry, body: entry.body.toString(encoding) })),
  }
}
