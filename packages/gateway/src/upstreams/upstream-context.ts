// What the services of this room share: the stores, what runs, and who else is to hear of a change.
import type { Config, ProviderConfig } from '../config/config.ts'
import type { ConfigProblem } from '../config/config-error.ts'
import { GatewayError } from '../core/errors.ts'
import type { AuditStore } from '../identity/audit-store.ts'
import type { ChangePublisher } from '../identity/change.ts'
import type { HealthView } from '../routing/health-view.ts'
import type { OpenUpstreams } from './overlay.ts'
import { sentenceOf } from './overlay.ts'
import type { CheckSlot, ProviderEvent } from './provider-history.ts'
import type { UpstreamSeals } from './seal-upstream.ts'
import type { UpstreamStore } from './upstream-store.ts'

export interface UpstreamStores {
  readonly upstreams: UpstreamStore
  readonly audit: AuditStore
}

/** Milliseconds from the start; null = it never came so far. */
export interface TestTimes {
  readonly connectedMs: number | null
  readonly firstByteMs: number | null
  readonly totalMs: number
}

export interface TestResult {
  readonly ok: boolean
  readonly kind: 'generate' | 'embeddings' | 'models'
  readonly status: number | null
  readonly times: TestTimes
  readonly reply: string
  readonly error: string | null
  readonly models: readonly string[] | null
}

/** What is known of providers here and now. */
export interface UpstreamsAtWork {
  /** What the file and the environment say, without anything of the database. */
  base(): Config
  /** What runs. */
  config(): Config
  health(): HealthView
  providerFault(name: string): string | null
  modelFault(id: string): string | null
  /** Reads what is stored; resolves when it holds in this instance. */
  refresh(): Promise<void>
  /** Checks a provider's address now; resolves when it is done. */
  check(provider: string): Promise<void>
  /** For its history. */
  note(event: Omit<ProviderEvent, 'eventId' | 'atMs'>): void
  history(provider: string, fromMs: number, toMs: number): Promise<ProviderPast>
}

export interface ProviderPast {
  /** Oldest first; where nothing was recorded there is none. */
  readonly slots: readonly CheckSlot[]
  /** Newest first. */
  readonly events: readonly ProviderEvent[]
}

export interface UpstreamOptions {
  readonly database: UpstreamStores & { transaction<T>(work: (stores: UpstreamStores) => Promise<T>): Promise<T> }
  readonly seals: UpstreamSeals
  readonly work: UpstreamsAtWork
  /** Makes one real call. Never rejects. */
  readonly testCall: (ask: {
    readonly provider: ProviderConfig
    readonly secret: string
    readonly model: string | null
    readonly timeoutMs: number
  }) => Promise<TestResult>
  readonly now: () => number
  readonly changes?: ChangePublisher
}

export class UpstreamContext {
  readonly options: UpstreamOptions

  constructor(options: UpstreamOptions) {
    this.options = options
  }

  async opened({ upstreams }: Pick<UpstreamStores, 'upstreams'>): Promise<OpenUpstreams> {
    return this.options.seals.openAll(await upstreams.all())
  }

  /** Tells everybody, and resolves when it holds here. */
  async changed(): Promise<void> {
    await this.options.changes?.publish({ kind: 'upstreams' })
    await this.options.work.refresh()
  }
}

/** @throws {GatewayError} `invalid_request`, with the field */
export function mustBeSound(fault: ConfigProblem | null): void {
  if (fault === null) return
  const param = fault.path.replace(/^api_keys(?=\[|$)/, 'credentials')
  throw new GatewayError('invalid_request', sentenceOf({ ...fault, path: param }), {
    param: param === '' ? null : param,
  })
}
