import assert from 'node:assert/strict'
import type { ScriptedReasoning, ScriptedToolCall } from '@fairlead/testkit'
import type { Told } from '@fairlead/testkit/clients/sdk/index.ts'
import { none, type Aspect, type Cell } from '../matrix.ts'
import { partsOf, type Received } from '../received/received.ts'
import { PAIR } from '../stage.ts'
import type { Signing } from '../upstreams.ts'

const THOUGHT = 'The weather is wanted. I ask the tool.'
const ASK = { text: 'How is the weather?', tools: true, think: true, maxTokens: 8000 } as const
const CALL: ScriptedToolCall = { name: 'get_weather', arguments: { city: 'Köln' } }

const HIDDEN = 'OpenAI shows no reasoning in Chat Completions, and takes none back'
const AS_IT_CAME = 'same dialect on both sides: what the client sends is what the upstream gets'
const UNBOUND = 'words alone are bound to no deployment'
const NO_REDACTION = 'this upstream has no reasoning without words'

export const REASONING: readonly Aspect[] = [
  {
    name: 'reasoning in a tool loop',
    meaning: 'The client sees the thoughts; with the results of its calls the upstream gets back what it had signed',
    async run(cell) {
      const signing = signingOf(cell)
      const seal = newSeal()
      const told = await think(cell, { text: THOUGHT, signature: seal })
      if (signing === 'hidden') return none(HIDDEN)
      assert.equal(told.reasoning, THOUGHT)
      await bringBack(cell, told)
      checkBack(cell.received(), signing, THOUGHT, seal)
      return undefined
    },
  },
  {
    name: 'reasoning of a forgetful client',
    meaning:
      'The same when the client keeps the calls alone: the gateway remembers, and asks the deployment that has signed',
    async run(cell) {
      const { client } = cell
      const signing = signingOf(cell)
      for (let round = 0; round < 3; round += 1) {
        const seal = newSeal()
        const told = await think(cell, { text: THOUGHT, signature: seal }, { model: PAIR })
        const signer = cell.fake.ledger.last?.key
        const forgetful = client.forgetful(told)
        if (forgetful === null) return none('clients of this dialect always bring their reasoning')
        if (signing === 'hidden') return none(HIDDEN)
        await bringBack(cell, forgetful, { model: PAIR })
        if (cell.upstream.wire(client.name) === client.name) return none(AS_IT_CAME)
        checkBack(cell.received(), signing, THOUGHT, seal)
        assert.equal(cell.fake.ledger.last?.key, signer)
      }
      return undefined
    },
  },
  {
    name: 'redacted reasoning',
    meaning: 'Thoughts that nobody may read come back to who wrote them',
    async run(cell) {
      if (signingOf(cell) !== 'reasoning') return none(NO_REDACTION)
      const seal = newSeal()
      const told = await think(cell, { text: THOUGHT, signature: seal, redacted: true })
      assert.equal(told.reasoning, '')
      await bringBack(cell, told)
      checkBack(cell.received(), 'reasoning', '', seal)
      return undefined
    },
  },
  {
    name: 'reasoning between two deployments',
    meaning: 'Of two deployments of a model, the one that has signed is asked again, every time',
    async run(cell) {
      const signing = signingOf(cell)
      if (signing === 'hidden') return none(HIDDEN)
      if (signing === 'words') return none(UNBOUND)
      for (let round = 0; round < 4; round += 1) {
        const seal = newSeal()
        const told = await think(cell, { text: THOUGHT, signature: seal }, { model: PAIR })
        const signer = cell.fake.ledger.last?.key
        await bringBack(cell, told, { model: PAIR })
        assert.equal(cell.fake.ledger.last?.key, signer)
        checkBack(cell.received(), signing, THOUGHT, seal)
      }
      return undefined
    },
  },
]

function signingOf({ upstream, client }: Cell): Signing {
  return upstream.signing(upstream.wire(client.name))
}

let seals = 0

/** Base64, as real ones are, and never the same twice. */
function newSeal(): string {
  seals += 1
  return Buffer.from(`a seal of the matrix, number ${seals.toString().padStart(6, '0')}`).toString('base64')
}

/** Where an aspect does not ask in the usual way. */
type More = { readonly model?: string; readonly headers?: Readonly<Record<string, string>> }

async function think(cell: Cell, reasoning: ScriptedReasoning, { model, ...more }: More = {}): Promise<Told> {
  cell.fake.answer({ reasoning, toolCalls: [CALL] })
  const told = await cell.ask({ ...ASK, ...more }, model)
  assert.deepEqual(
    told.calls.map(({ name, input }) => [name, input]),
    [['get_weather', { city: 'Köln' }]],
  )
  return told
}

async function bringBack(cell: Cell, told: Told, { model, ...more }: More = {}): Promise<void> {
  cell.fake.answer({ text: 'It rains.' })
  const then = await cell.ask({ ...ASK, ...more, after: [{ told, results: ['rain'] }] }, model)
  assert.equal(then.text, 'It rains.')
}

/** A seal is good only with what it belongs to, and before the call that it led to. */
function checkBack(received: Received, signing: Signing, text: string, seal: string): void {
  if (signing === 'call') {
    assert.equal(partsOf(received, 'call')[0]?.seal, seal)
    return
  }
  assert.deepEqual(partsOf(received, 'reasoning'), [{ kind: 'reasoning', text, seal: signing === 'words' ? '' : seal }])
  const kinds = received.parts.map(({ kind }) => kind)
  assert.ok(kinds.indexOf('reasoning') < kinds.indexOf('call'), `order: ${kinds.join(', ')}`)
}
