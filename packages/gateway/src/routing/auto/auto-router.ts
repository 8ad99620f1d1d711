// `auto`: from a request that leaves the choice of the model open to one model and those that stand in for it.
//
//   name -> pool -> hard filters -> expected cost -> the picker's ranking -> stay with the conversation's model, or leave
//
// Lives in each process that sends requests, beside the fleet, and like it never waits and opens nothing. A request for a
// model by its own name costs one look-up in here (`named`).
import type { Price } from '../../billing/prices/price.ts'
import type { AutoPool } from '../../config/auto-config.ts'
import type { Config } from '../../config/config.ts'
import { isWish, NO_POLICY, stricterPolicy, type DataPolicy } from '../../core/data-policy.ts'
import { TASK_TYPES, type TaskType } from '../../core/task-types.ts'
import { hasKeeper } from '../data-keepers.ts'
import type { Fleet } from '../fleet.ts'
import type { ModelSource } from '../model-info.ts'
import type { Route } from '../route.ts'
import type { AutoAsk, AutoCaller, AutoCandidate, AutoChoice, Eligible } from './choice.ts'
import { cacheableTokens, expectedCost, likelyTurns } from './costs/expected-cost.ts'
import { OutputLengths } from './costs/output-lengths.ts'
import { keepsData, whyNot, whyNotNow } from './filters/can-serve.ts'
import type { FilterReason } from './filters/reasons.ts'
import { LearnedBook } from './learning/learned-book.ts'
import type { LearnedSet } from './learning/learned-set.ts'
import type { ChoiceLearning } from './learning/receipt-learning.ts'
import type { PickerPort } from './picker-port.ts'
import { AutoNames, type AutoName } from './pools/auto-names.ts'
import {
  idsOfPool,
  matchesName,
  modelsOfPool,
  poolModel,
  type PoolModel,
  type PoolSources,
} from './pools/pool-model.ts'
import type { Baseline } from './savings/savings.ts'
import {
  conversationKey,
  Conversations,
  tokensIfAlwaysAsked,
  warmTokens,
  type Conversation,
} from './sessions/conversation.ts'
import type { RequestOptions } from './request-options.ts'
import { chainOf, costScale, settle } from './settle.ts'

export interface AutoRouterOptions extends Pick<PoolSources, 'fleet' | 'catalogue'> {
  readonly config: Config
  readonly fleet: Fleet
  readonly catalogue: ModelSource
  /** Made when the first request asks for it: its tables are not read at the start. */
  readonly picker: () => PickerPort
  /** For the other processes. */
  readonly tell: (conversation: Conversation) => void
}

type EmbedCaller = Pick<AutoCaller, 'accountId' | 'group' | 'dataPolicy'>

export interface EmbedNeed {
  readonly pool: string
  /** What serves can tell questions by it; else it is for learning alone, and nobody need wait. */
  readonly decides: boolean
  /** What whoever is sent the question must promise. */
  readonly dataPolicy: DataPolicy
}

/** What the length of an answer is told by. */
interface ExpectedLengths {
  readonly type: TaskType
  readonly learned: LearnedSet | null
}

export class AutoRouter {
  readonly lengths = new OutputLengths()
  readonly #options: AutoRouterOptions
  #config: Config
  #names: AutoNames
  #picker: PickerPort | null = null
  readonly #models = new Map<string, readonly PoolModel[]>()
  #conversations: Conversations
  readonly #learned: LearnedBook

  constructor(options: AutoRouterOptions) {
    this.#options = options
    this.#config = options.config
    this.#names = new AutoNames(options.config)
    this.#learned = new LearnedBook(options.config.learned)
    this.#conversations = new Conversations(options.tell, options.config.auto.conversationTtlMs)
    this.#restoreLengths(options.config)
  }

  #restoreLengths({ answerLengths }: Config): void {
    if (answerLengths !== undefined) this.lengths.restore(answerLengths)
  }

  /** After the fleet's. What is known of conversations stays. */
  update(config: Config): void {
    if (config.auto.conversationTtlMs !== this.#config.auto.conversationTtlMs)
      this.#conversations = new Conversations(this.#options.tell, config.auto.conversationTtlMs)
    if (config.answerLengths !== this.#config.answerLengths) this.#restoreLengths(config)
    this.#config = config
    this.#names = new AutoNames(config)
    this.#models.clear()
    this.#learned.update(config.learned)
  }

  get names(): AutoNames {
    return this.#names
  }

  /** Whether a name is one of ours. /!\ Hot path: one look-up for every request. */
  named(model: string): AutoName | undefined {
    return this.#names.find(model)
  }

  get conversations(): Conversations {
    return this.#conversations
  }

  /** Public ids that a caller of the group may be given under a name. */
  poolIds(name: AutoName, group: string): readonly string[] {
    return idsOfPool(this.#names.poolOf(name, group), this.#options)
  }

  /** What a question may be embedded for; null = nothing would come of it. @param embedder public id of the model that would */
  embedFor(name: AutoName, caller: EmbedCaller, options: RequestOptions, embedder: string): EmbedNeed | null {
    const pool = this.#names.poolOf(name, caller.group)
    const serves = this.#learned.find(caller.accountId, pool.name)?.isEmbeddedBy(embedder) === true
    const { signals, exemplars } = this.#config.auto.learning
    if (!serves && (!signals || exemplars === 0)) return null
    const wanted = stricterPolicy(pool.dataPolicy, options.dataPolicy)
    return { pool: pool.name, decides: serves, dataPolicy: stricterPolicy(wanted, caller.dataPolicy ?? NO_POLICY) }
  }

  /** Throws what the picker throws. */
  choose(ask: AutoAsk): AutoChoice {
    const { caller, view, options, name, unixMs } = ask
    const pool = this.#names.poolOf(name, caller.group)
    const knobs = {
      tradeoff: options.tradeoff ?? name.knobs?.tradeoff ?? pool.knobs.tradeoff,
      minQuality: options.minQuality ?? name.knobs?.minQuality ?? pool.knobs.minQuality,
    }
    const maxCostNanos = least(options.maxCostNanos, pool.maxCostNanos)
    const key = conversationKey(caller.accountId, pool.name, ask.session, view)
    const conversation = this.#config.auto.conversationTtlMs > 0 ? this.#conversations.find(key) : null
    const prompt = this.#pick.classify(view)
    const type = likeliest(prompt.taskShares)
    const learned = this.#learned.find(caller.accountId, pool.name)
    const { eligible, refused, desperate } = this.#filter(ask, pool, conversation, { type, learned }, maxCostNanos)
    const baseline = this.#baseline(ask, pool, conversation, eligible[0]?.model.id)
    const models = eligible.map(({ model, turnNanos }) => ({
      id: model.id,
      skills: model.skills,
      costNanos: turnNanos,
    }))
    const pick = this.#pick.rank(prompt, learned === null ? models : learned.applied(prompt, models, ask.embedded), {
      ...knobs,
      ...costScale(eligible, baseline),
    })
    const { ranked } = pick
    const settled = settle({
      ask,
      pool,
      ranked,
      eligible,
      knobs,
      conversation,
      key,
      baseline,
      explorePpm: this.#config.auto.learning.explorePpm,
    })
    const chain = settled === null ? [] : chainOf(settled.first, ranked, settled.reason)
    const costs = new Map(eligible.map(({ model, costNanos }) => [model.id, costNanos]))
    return {
      asked: name.name,
      pool: pool.name,
      knobs,
      maxCostNanos,
      chain,
      reason: settled?.reason ?? 'best',
      candidates: [
        ...ranked.map((model): AutoCandidate => ({
          id: model.id,
          quality: model.quality,
          costNanos: costs.get(model.id) ?? model.costNanos,
          utility: model.utility,
          reason: model.aboveFloor || chain.includes(model.id) ? null : 'below_floor',
        })),
        ...refused,
      ],
      taskTypes: pick.taskTypes,
      difficulty: pick.difficulty,
      novelty: pick.novelty,
      baseline: baseline === null ? null : { ...baseline, outputPpm: this.#outputPpm(chain[0], baseline.model, type) },
      conversationKey: key,
      conversation: unixMs - (conversation?.atMs ?? 0) > this.#config.auto.conversationTtlMs ? null : conversation,
      view,
      learning: this.#learningOf(ask, learned, settled?.propensity ?? 1, prompt.vector),
      desperate,
      isConfidential: caller.dataPolicy !== null || isWish(stricterPolicy(pool.dataPolicy, options.dataPolicy)),
    }
  }

  #learningOf(
    ask: AutoAsk,
    learned: LearnedSet | null,
    propensity: number,
    vector: Float32Array,
  ): ChoiceLearning | null {
    const { signals, exemplars } = this.#config.auto.learning
    if (!signals) return null
    const version = learned?.versionId ?? ''
    return { version, propensity, named: ask.session !== null, vector: exemplars > 0 ? vector : null }
  }

  get #pick(): PickerPort {
    return (this.#picker ??= this.#options.picker())
  }

  get #sources(): PoolSources {
    const { fleet, catalogue } = this.#options
    return { fleet, catalogue, picker: this.#pick, auto: this.#config.auto }
  }

  #modelsOf(pool: AutoPool): readonly PoolModel[] {
    let models = this.#models.get(pool.name)
    if (models === undefined) this.#models.set(pool.name, (models = modelsOfPool(pool, this.#sources)))
    return models
  }

  /** The request's own list wins over the pool's; patterns choose from the pool, names from everything. */
  #candidates({ options }: AutoAsk, pool: AutoPool): readonly PoolModel[] {
    const models = this.#modelsOf(pool)
    if (options.models === null) return models
    const { fleet } = this.#options
    const chosen = options.models.flatMap((name) => {
      if (name.includes('*')) return this.#everything().filter(({ id }) => matchesName(name, id))
      const id = fleet.resolve(name)?.publicId
      return id === undefined ? [poolModel(name, this.#sources)] : [poolModel(id, this.#sources)]
    })
    return [...new Map(chosen.map((model) => [model.id, model])).values()]
  }

  #everything(): readonly PoolModel[] {
    const name = '*'
    let models = this.#models.get(name)
    if (models === undefined)
      this.#models.set(name, (models = modelsOfPool({ models: null, exclude: [] }, this.#sources)))
    return models
  }

  #filter(
    ask: AutoAsk,
    pool: AutoPool,
    conversation: Conversation | null,
    expected: ExpectedLengths,
    maxCostNanos: number | null,
  ): {
    readonly eligible: readonly Eligible[]
    readonly refused: readonly AutoCandidate[]
    readonly desperate: boolean
  } {
    const { caller, options, view, nowMs } = ask
    const wanted = stricterPolicy(pool.dataPolicy, options.dataPolicy)
    const eligible: Eligible[] = []
    const ill: Eligible[] = []
    const refused: AutoCandidate[] = []
    const refuse = (id: string, reason: FilterReason, costNanos: number | null = null): void => {
      refused.push({ id, quality: null, costNanos, utility: null, reason })
    }
    for (const model of this.#candidates(ask, pool)) {
      const route = this.#options.fleet.resolve(model.id)
      if (route === undefined) {
        refuse(model.id, 'unknown_model')
        continue
      }
      if (!caller.mayUse(route.publicId)) {
        // What a key may not use is not shown to it either, unless it named it.
        if (options.models?.includes(model.id) === true) refuse(model.id, 'not_allowed')
        continue
      }
      if (options.exclude.some((pattern) => matchesName(pattern, model.id))) {
        refuse(model.id, 'excluded')
        continue
      }
      const mayBeSent = keepsData(route, wanted) && hasKeeper(route, caller.dataPolicy)
      const cannot = mayBeSent ? whyNot(model, route, view, ask.endpoint) : 'data_policy'
      const price = caller.priceOf(route)
      if (cannot !== null || price === null) {
        refuse(model.id, cannot ?? 'no_price')
        continue
      }
      const cost = this.#costOf(ask, model, price, conversation, expected, route)
      if (maxCostNanos !== null && cost.costNanos > maxCostNanos) {
        refuse(model.id, 'price_ceiling', cost.costNanos)
        continue
      }
      const notNow = whyNotNow(route, nowMs)
      if (notNow === null) eligible.push({ model, route, price, ...cost })
      else {
        ill.push({ model, route, price, ...cost })
        refuse(model.id, notNow, cost.costNanos)
      }
    }
    if (eligible.length > 0 || ill.length === 0) return { eligible, refused, desperate: false }
    // Who refuses because everything seems ill goes on refusing after everything got well.
    const healthOnly = new Set(ill.map(({ model }) => model.id))
    return { eligible: ill, refused: refused.filter(({ id }) => !healthOnly.has(id)), desperate: true }
  }

  #costOf(
    { caller, view, unixMs }: AutoAsk,
    { id, info }: PoolModel,
    price: Price,
    conversation: Conversation | null,
    { type, learned }: ExpectedLengths,
    route: Route,
  ): { readonly costNanos: number; readonly turnNanos: number } {
    const { cacheTtlMs } = this.#config.auto
    // Claude thinks when it is told to; the others do so unless they are told not to.
    const thinks = info?.capabilities?.includes('reasoning') === true && (info.vendor !== 'anthropic' || view.reasoning)
    const seen = learned?.outputTokens(id, type) ?? this.lengths.expected(id, type, thinks, 0)
    const outputTokens = view.maxOutputTokens > 0 ? Math.min(view.maxOutputTokens, seen) : seen
    const keeps = (tokens: number): number =>
      cacheTtlMs === 0 ? 0 : cacheableTokens(price, route.ownedBy, tokens, view.cacheMarks)
    return expectedCost(
      price,
      caller.multiplierPpm,
      {
        inputTokens: view.inputTokens,
        warmTokens: keeps(warmTokens(conversation, id, unixMs, cacheTtlMs)),
        warmLaterTokens: keeps(view.inputTokens),
        outputTokens: outputTokens * view.answers,
      },
      likelyTurns(view),
    )
  }

  /** Fixed for the pool and who may use it: no request can choose what it is compared with, unless it says so. */
  #baseline(
    ask: AutoAsk,
    pool: AutoPool,
    conversation: Conversation | null,
    fallback: string | undefined,
  ): Baseline | null {
    const { caller, options, view, unixMs } = ask
    const { cacheTtlMs } = this.#config.auto
    const named = options.baseline ?? pool.baseline
    const route = named === null ? this.#bestPrior(ask, pool, fallback) : this.#options.fleet.resolve(named)
    if (route === undefined || !caller.mayUse(route.publicId)) return null
    const price = caller.priceOf(route)
    if (price === null) return null
    const before = cacheTtlMs === 0 ? 0 : tokensIfAlwaysAsked(conversation, unixMs, cacheTtlMs)
    return {
      model: route.publicId,
      price,
      multiplierPpm: caller.multiplierPpm,
      warmTokens: cacheableTokens(price, route.ownedBy, before, view.cacheMarks),
      outputPpm: 1_000_000,
    }
  }

  /** The model of the pool that is best at everything, of those that the caller may use and that have a price. */
  #bestPrior({ caller }: AutoAsk, pool: AutoPool, fallback: string | undefined): Route | undefined {
    let best: Route | undefined
    let bestQuality = -1
    for (const { id, skills } of this.#modelsOf(pool)) {
      const route = this.#options.fleet.resolve(id)
      if (route === undefined || !caller.mayUse(route.publicId) || caller.priceOf(route) === null) continue
      if (skills.overall <= bestQuality) continue
      best = route
      bestQuality = skills.overall
    }
    return best ?? (fallback === undefined ? undefined : this.#options.fleet.resolve(fallback))
  }

  #outputPpm(chosen: string | undefined, baseline: string, type: TaskType): number {
    return chosen === undefined ? 1_000_000 : this.lengths.ratioPpm(chosen, baseline, type)
  }
}

function least(left: number | null, right: number | null): number | null {
  if (left === null || right === null) return left ?? right
  return Math.min(left, right)
}

function likeliest(shares: Float64Array): TaskType {
  let best = 0
  for (let index = 1; index < shares.length; index++) if ((shares[index] ?? 0) > (shares[best] ?? 0)) best = index
  return TASK_TYPES[best] ?? 'chat'
}
