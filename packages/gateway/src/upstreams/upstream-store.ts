// Providers, their credentials and model routes that the operator made while the gateway runs, and the switches that
// hold for those of the file too: drained, another weight. `store/upstream-store.ts` keeps them.

/** As `providers` of the configuration file has it, without its name and without anything secret; JSON. */
export type ProviderSettings = Readonly<Record<string, unknown>>
/** As `models` of the file has it, without its id; JSON. */
export type ModelSettings = Readonly<Record<string, unknown>>

export interface StoredProvider {
  readonly name: string
  readonly settings: ProviderSettings
  /** Extra request headers, sealed: they may hold keys. '' = none. */
  readonly sealedHeaders: string
  readonly enabled: boolean
  /** Unix milliseconds. */
  readonly createdAtMs: number
  readonly updatedAtMs: number
}

export interface StoredCredential {
  readonly provider: string
  /** Of the secret; unique within the provider. */
  readonly fingerprint: string
  /** For people; may be empty. */
  readonly label: string
  readonly sealedSecret: string
  readonly createdAtMs: number
}

export interface StoredModel {
  readonly id: string
  readonly settings: ModelSettings
  readonly enabled: boolean
  readonly createdAtMs: number
  readonly updatedAtMs: number
}

/** What holds for a provider, or for one of its credentials, until somebody takes it back. */
export interface UpstreamSwitch {
  readonly provider: string
  /** '' = the whole provider. */
  readonly fingerprint: string
  /** No new attempts since then; null = they may go there. */
  readonly drainedAtMs: number | null
  /** Instead of the configured one; null = that holds. Of whole providers only. */
  readonly weight: number | null
  /** `key_…`, `ses_…`, or `master`. */
  readonly setBy: string
  readonly setAtMs: number
}

export interface StoredUpstreams {
  readonly providers: readonly StoredProvider[]
  /** The oldest first. */
  readonly credentials: readonly StoredCredential[]
  readonly models: readonly StoredModel[]
  readonly switches: readonly UpstreamSwitch[]
}

export interface UpstreamStore {
  all(): Promise<StoredUpstreams>
  findProvider(name: string): Promise<StoredProvider | undefined>
  /** False when there is one of this name. */
  insertProvider(provider: StoredProvider): Promise<boolean>
  updateProvider(provider: Omit<StoredProvider, 'createdAtMs'>): Promise<void>
  /** With its credentials and switches. */
  removeProvider(name: string): Promise<void>
  /** The oldest first. */
  credentialsOf(provider: string): Promise<readonly StoredCredential[]>
  /** False when the provider has this secret already. */
  insertCredential(credential: StoredCredential): Promise<boolean>
  labelCredential(provider: string, fingerprint: string, label: string): Promise<void>
  /** With its switch. */
  removeCredential(provider: string, fingerprint: string): Promise<void>
  findModel(id: string): Promise<StoredModel | undefined>
  /** False when there is one of this id. */
  insertModel(model: StoredModel): Promise<boolean>
  updateModel(model: Omit<StoredModel, 'createdAtMs'>): Promise<void>
  removeModel(id: string): Promise<void>
  findSwitch(provider: string, fingerprint: string): Promise<UpstreamSwitch | undefined>
  /** One that says nothing any more goes. */
  putSwitch(change: UpstreamSwitch): Promise<void>
}
