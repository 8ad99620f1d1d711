// Five providers of five families, each with a fake upstream of its own, for conversations that move from one to the next.

import { startFakeProvider, type FakeUpstream } from '@fairlead/testkit'
import { UPSTREAMS } from '../compatibility/upstreams.ts'
import { playChain, type Ask, type ChainStep } from './long-chain.ts'

/** Ten turns each, in this order. The first one keeps conversations itself. */
const FAMILIES = ['openai', 'anthropic', 'gemini', 'bedrock (Converse)', 'openai-compatible'] as const

export const TURNS = 50
export const TURNS_EACH = TURNS / FAMILIES.length

export interface ChainStage extends AsyncDisposable {
  /** Providers, a model `m0` to `m4` for each, and `any`, which goes to the first of them that answers. */
  readonly yaml: string
  readonly upstreams: readonly FakeUpstream[]
  /** The step of a turn whose client names its provider's model; the turn behind the last is the first provider's again. */
  step(turn: number, ask: Ask): ChainStep
}

export async function startChainStage(): Promise<ChainStage> {
  const families = FAMILIES.map((name) => {
    const found = UPSTREAMS.find((upstream) => upstream.name === name)
    if (found === undefined) throw new Error(`no upstream is called ${name}`)
    return found
  })
  const upstreams = await Promise.all(families.map(async ({ fake }) => await startFakeProvider(fake)))
  for (const [at, upstream] of upstreams.entries()) {
    playChain(upstream, { thinks: !/bedrock|compatible/.test(FAMILIES[at] ?? '') })
  }
  const providers = families.map((family, at) => ({
    name: `p${at}`,
    priority: at,
    ...family.provider(upstreams[at]?.origin ?? '', 'secret'),
  }))
  const targets = families.map(({ model }, at) => ({ provider: `p${at}`, model }))
  const models = [
    ...targets.map((target, at) => ({ id: `m${at}`, targets: [target] })),
    { id: 'any', targets: targets.map((target, at) => ({ ...target, priority: at })) },
  ]
  return {
    yaml: `providers: ${JSON.stringify(providers)}\nmodels: ${JSON.stringify(models)}\n`,
    upstreams,
    step(turn, ask) {
      const at = Math.floor((turn - 1) / TURNS_EACH) % FAMILIES.length
      const upstream = upstreams[at]
      if (upstream === undefined) throw new Error(`turn ${turn} has no provider`)
      return { turn, model: `m${at}`, ask, upstream }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(upstreams.map(async (upstream) => await upstream.close()))
    },
  }
}
