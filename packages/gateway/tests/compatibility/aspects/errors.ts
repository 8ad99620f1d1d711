import assert from 'node:assert/strict'
import type { TroubleKind } from '@fairlead/testkit'
import type { Aspect, Cell } from '../matrix.ts'
import type { ClientError } from '../clients.ts'

/** Each has a provider of its own in each cell. */
export const ERROR_KINDS = ['invalid', 'too-long', 'unauthorized', 'unknown-model', 'limited', 'failing', 'mid-stream']

export const ERRORS: readonly Aspect[] = [
  {
    name: 'error 400',
    meaning: 'What the upstream says of a request reaches the client in its own shape, in the words of the upstream',
    async run(cell) {
      const error = await failure(cell, 'invalid', 'invalid-request', 'no reason to worry')
      assert.equal(error.status, 400)
      assert.match(error.message, /no reason to worry/)
      assert.notEqual(error.code, '')
      return undefined
    },
  },
  {
    name: 'context too long',
    meaning: 'A conversation that has grown too long is told in the words by which agents of this dialect know it',
    async run(cell) {
      const error = await failure(cell, 'too-long', 'context-length')
      assert.equal(error.status, 400)
      assert.match(error.text, TOO_LONG[cell.client.name] ?? /^/)
      return undefined
    },
  },
  {
    name: 'error 401',
    meaning: 'A key of the operator that the upstream refuses is never the fault of the client',
    async run(cell) {
      const error = await failure(cell, 'unauthorized', 'unauthorized', 'Incorrect API key provided: sk-secret.')
      assert.equal(error.status, 503)
      assert.doesNotMatch(error.text, /sk-secret|incorrect|api key/i)
      return undefined
    },
  },
  {
    name: 'error 404',
    meaning: 'A model that the upstream does not know is a mistake of the operator: 503',
    async run(cell) {
      const error = await failure(cell, 'unknown-model', 'model-not-found')
      assert.equal(error.status, 503)
      assert.ok(!error.text.includes(cell.upstream.model), error.text)
      return undefined
    },
  },
  {
    name: 'error 429',
    meaning: 'A limit of the operator at the upstream is a 503 with the time to wait, where this client looks for it',
    async run(cell) {
      const google = cell.upstream.wire(cell.client.name) === 'gemini'
      const fault = `429(${google ? 'in-body' : 'retry-after'},20000)`
      cell.fake.answer({ text: 'never', fault }, { times: Infinity })
      const error = await caught(cell, 'limited')
      assert.equal(error.status, 503)
      const seconds = error.retryAfterSeconds ?? 0
      assert.ok(seconds >= 20 && seconds <= 23, `retry after: ${seconds}`)
      return undefined
    },
  },
  {
    name: 'error 5xx',
    meaning: 'An upstream that fails is a 503 with a time to wait, without its words',
    async run(cell) {
      const error = await failure(cell, 'failing', 'server-error', 'stack trace of a secret server')
      assert.equal(error.status, 503)
      assert.ok((error.retryAfterSeconds ?? 0) >= 1)
      assert.doesNotMatch(error.text, /secret server/)
      return undefined
    },
  },
  {
    name: 'error in the answer',
    meaning:
      'A stream that has begun and fails ends in the error event of this dialect; a JSON error with status 200 is a 503',
    async run(cell) {
      const fault = cell.stream ? 'sse-error@6' : '200-error'
      cell.fake.answer({ text: 'So many words that never end well, alas', fault }, { times: Infinity })
      const error = await caught(cell, 'mid-stream')
      assert.match(`${error.code} ${error.message}`, /upstream_error|overloaded_error|UNAVAILABLE/)
      if (!cell.stream) {
        assert.equal(error.status, 503)
        return undefined
      }
      assert.match(error.message, /broke off in the middle/)
      // Once something has been said nobody else can go on.
      assert.equal(cell.fake.ledger.entries.filter(({ dialect }) => dialect !== 'google-oauth').length, 1)
      return undefined
    },
  },
]

const TOO_LONG: Readonly<Record<string, RegExp>> = {
  'openai-chat': /context_length_exceeded/,
  'openai-responses': /context_length_exceeded/,
  'anthropic-messages': /prompt is too long/,
  gemini: /CONTEXT_LENGTH_EXCEEDED|exceeds the maximum number of tokens/,
}

async function failure(cell: Cell, kind: string, trouble: TroubleKind, message?: string): Promise<ClientError> {
  const words = message === undefined ? {} : { message }
  cell.fake.answer({ trouble: { kind: trouble, ...words } }, { times: Infinity })
  return await caught(cell, kind)
}

async function caught(cell: Cell, kind: string): Promise<ClientError> {
  let thrown: unknown
  try {
    const told = await cell.ask({ text: 'Hello' }, cell.fragile(kind))
    throw new Error(`there was an answer: ${told.text}`)
  } catch (error) {
    thrown = error
  }
  assert.ok(cell.fake.ledger.totals.requests > 0, 'the upstream was asked')
  return cell.client.readError(thrown)
}
