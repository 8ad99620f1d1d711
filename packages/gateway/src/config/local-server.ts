import type { ProviderConfig } from './config.ts'

/** A model server that was found on this machine (`providers/local-servers.ts` looks). */
export interface LocalServer {
  readonly provider: ProviderConfig
  /** What usually listens there: `Ollama`. */
  readonly title: string
  readonly modelIds: readonly string[]
}
