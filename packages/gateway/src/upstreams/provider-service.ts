// Providers, as the operator sees and makes them: those of the file and the environment, which are changed there, and
// those of the database. Secrets go in and never come out again; a fingerprint tells them apart.
import { mustBeOperator } from '../identity/must-be-operator.ts'
import type { Origin } from '../identity/origin.ts'
import type { Principal } from '../identity/principal.ts'
import { providerChanges } from './provider-changes.ts'
import { providerCredentials } from './provider-credentials.ts'
import { ProviderDesk } from './provider-desk.ts'
import { unknownProvider } from './provider-refusals.ts'
import { providerSwitches } from './provider-switches.ts'
import { providerTestCalls } from './provider-test-calls.ts'
import type { ProviderView } from './provider-view.ts'
import type { ProviderPast, TestResult, UpstreamOptions } from './upstream-context.ts'
import type { ProviderSettings } from './upstream-store.ts'

export interface NewSecret {
  readonly secret: string
  /** For people; '' = none. */
  readonly label: string
}

export interface NewProvider {
  readonly name: string
  /** As the file has them, in its own words. */
  readonly settings: ProviderSettings
  readonly headers: Readonly<Record<string, string>>
  readonly secrets: readonly NewSecret[]
  readonly enabled: boolean
}

/** Absent = as it is. */
export interface ProviderPatch {
  /** Of the fields named; null takes one away, so that its default holds. */
  readonly settings?: ProviderSettings
  /** Of the headers named; null takes one away, and null instead of the whole takes all. */
  readonly headers?: Readonly<Record<string, string | null>> | null
  readonly enabled?: boolean
}

export interface TestWish {
  /** The provider's own name of it; null = its list of models. */
  readonly model: string | null
  /** Absent = the first. */
  readonly fingerprint?: string
}

/**
 * For the operator only. Throws `GatewayError`: `permission_denied`, `invalid_request`, `not_found`, and `conflict` for
 * what is taken, in use, or configured elsewhere.
 */
export interface ProviderService {
  /** By name. */
  list(principal: Principal): Promise<readonly ProviderView[]>
  get(principal: Principal, name: string): Promise<ProviderView>
  create(principal: Principal, wanted: NewProvider, origin: Origin): Promise<ProviderView>
  update(principal: Principal, name: string, patch: ProviderPatch, origin: Origin): Promise<ProviderView>
  /** `conflict` while models made here have targets there. */
  remove(principal: Principal, name: string, origin: Origin): Promise<ProviderView>
  addCredential(principal: Principal, name: string, wanted: NewSecret, origin: Origin): Promise<ProviderView>
  labelCredential(
    principal: Principal,
    name: string,
    fingerprint: string,
    label: string,
    origin: Origin,
  ): Promise<ProviderView>
  removeCredential(principal: Principal, name: string, fingerprint: string, origin: Origin): Promise<ProviderView>
  /** No new attempts there, or with one of its credentials; those under way go on. Also of providers of the file. */
  drain(principal: Principal, name: string, fingerprint: string | null, origin: Origin): Promise<ProviderView>
  undrain(principal: Principal, name: string, fingerprint: string | null, origin: Origin): Promise<ProviderView>
  /** Until it is taken back with null. Also of providers of the file. */
  weigh(principal: Principal, name: string, weight: number | null, origin: Origin): Promise<ProviderView>
  /** Checks its address now. */
  check(principal: Principal, name: string): Promise<ProviderView>
  /** One real call with what is saved. */
  test(principal: Principal, name: string, wish: TestWish): Promise<TestResult>
  /** One real call with what is not. */
  tryOut(principal: Principal, wanted: NewProvider, wish: TestWish): Promise<TestResult>
  history(principal: Principal, name: string, hours: number): Promise<ProviderPast & { readonly nowMs: number }>
}

const HOUR_MS = 3_600_000

export function createProviderService(options: UpstreamOptions): ProviderService {
  const desk = new ProviderDesk(options)
  const { work, now } = options
  return {
    ...providerChanges(desk),
    ...providerCredentials(desk),
    ...providerSwitches(desk),
    ...providerTestCalls(desk),

    async list(principal) {
      mustBeOperator(principal)
      return await desk.views()
    },

    async get(principal, name) {
      mustBeOperator(principal)
      return await desk.view(name)
    },

    async check(principal, name) {
      mustBeOperator(principal)
      if (desk.known(name) === undefined) throw unknownProvider(name)
      await work.check(name)
      return await desk.view(name)
    },

    async history(principal, name, hours) {
      mustBeOperator(principal)
      await desk.view(name)
      const nowMs = now()
      return { ...(await work.history(name, nowMs - hours * HOUR_MS, nowMs)), nowMs }
    },
  }
}
