// A gateway whose `auto` picks among models that are served by a fake upstream each, at prices that a test can reckon with.
import { startFakeUpstream, type FakeUpstream } from '@fairlead/testkit'
import type { PickerPort } from '../../src/routing/auto/picker-port.ts'
import { PlainPicker } from './plain-picker.ts'
import { startGateway, type TestGateway } from './gateway.ts'

export interface ShopModel {
  readonly id: string
  /** US$ per million tokens. */
  readonly input: number
  readonly cachedInput?: number
  readonly output: number
  /** 0 to 1, instead of what is known of the model. */
  readonly quality?: number
  /** The same by task type, YAML: `maths: 0.5`. */
  readonly byTask?: string
  readonly contextLength?: number
  /** YAML, flow style. */
  readonly limits?: string
  /** Of its provider, the same. */
  readonly dataPolicy?: string
  readonly fallbacks?: readonly string[]
  /** Instead of its own upstream, the same; `p0` is the provider of the first model. */
  readonly targets?: string
}

/** A strong one, one in between, a cheap one. */
const MODELS: readonly ShopModel[] = [
  { id: 'gpt-4o', input: 2.5, cachedInput: 1.25, output: 10, quality: 0.9 },
  { id: 'gpt-4.1', input: 2, cachedInput: 0.5, output: 8, quality: 0.88 },
  { id: 'gpt-4o-mini', input: 0.15, cachedInput: 0.075, output: 0.6, quality: 0.8 },
]

export interface AutoShop extends AsyncDisposable {
  readonly gateway: TestGateway
  upstreamOf(model: string): FakeUpstream
  /** Requests for an answer that the model's upstream has had. */
  asked(model: string): number
  /** What its upstream was sent. */
  bodiesOf(model: string): readonly string[]
}

export interface AutoShopOptions {
  readonly models?: readonly ShopModel[]
  /** Of the section `auto`, in YAML's flow style: `tradeoff: 5, baseline: gpt-4o`. */
  readonly auto?: string
  /** More of the file. */
  readonly extra?: string
  readonly picker?: () => PickerPort
  /** Of each answer. */
  readonly tokens?: number
}

const SETTINGS = 'health: { check: off }\ntimeouts: { first_byte_ms: 20000, idle_ms: 5000 }\n'

export async function openAutoShop(options: AutoShopOptions = {}): Promise<AutoShop> {
  const { models = MODELS, auto = '', extra = '', picker = () => new PlainPicker(), tokens = 12 } = options
  const upstreams = new Map<string, FakeUpstream>()
  for (const { id } of models) upstreams.set(id, await startFakeUpstream({ script: { tokens } }))
  const gateway = await startGateway(`${yamlOf(models, upstreams, auto)}${extra}${SETTINGS}`, { picker })
  const upstreamOf = (model: string): FakeUpstream => {
    const upstream = upstreams.get(model)
    if (upstream === undefined) throw new Error(`nobody serves ${model}`)
    return upstream
  }
  return {
    gateway,
    upstreamOf,
    bodiesOf: (model) => upstreamOf(model).ledger.entries.map(({ body }) => body.toString()),
    asked: (model) => upstreamOf(model).ledger.totals.requests,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      for (const upstream of upstreams.values()) await upstream[Symbol.asyncDispose]()
    },
  }
}

function yamlOf(models: readonly ShopModel[], upstreams: ReadonlyMap<string, FakeUpstream>, auto: string): string {
  const providers = models.map(
    ({ id, dataPolicy }, index) =>
      `  - { name: p${index}, type: openai, base_url: "${upstreams.get(id)?.url}", api_keys: [sk-up-${index}]${dataPolicy === undefined ? '' : `, data_policy: ${dataPolicy}`} }`,
  )
  const listed = models.map(
    ({ id, input, cachedInput, output, contextLength, limits, fallbacks = [], targets }, index) => {
      const cached = cachedInput === undefined ? '' : `, cached_input: ${cachedInput}`
      const context = contextLength === undefined ? '' : `, context_length: ${contextLength}`
      const limited = limits === undefined ? '' : `, limits: ${limits}`
      const standIns = fallbacks.length === 0 ? '' : `, fallbacks: [${fallbacks.join(', ')}]`
      return `  - { id: "${id}", targets: ${targets ?? `[{ provider: p${index} }]`}, price: { input: ${input}${cached}, output: ${output} }${context}${limited}${standIns} }`
    },
  )
  const skills = models.flatMap(({ id, quality, byTask = '' }) =>
    quality === undefined ? [] : [`"${id}": { overall: ${quality}, by_task: { ${byTask} } }`],
  )
  const section = [auto, `skills: { ${skills.join(', ')} }`].filter((part) => part !== '').join(', ')
  return `providers:\n${providers.join('\n')}\nmodels:\n${listed.join('\n')}\nauto: { ${section} }\n`
}
