// What the operator is told of the machine room.
import type { Violation } from '../billing/wallets/wallet-store.ts'
import type { StorageFigures } from '../core/storage-figures.ts'

export interface FolderFigures {
  readonly name: 'journal' | 'backups' | 'config-history' | 'database-log'
  readonly bytes: number
  readonly files: number
}

export interface SystemFacts {
  readonly node: string
  readonly pid: number
  readonly database: {
    readonly kind: 'sqlite' | 'postgres'
    /** The file, or the address without its password. */
    readonly name: string
    /** Null while it does not answer. */
    readonly figures: StorageFigures | null
  }
  readonly redis: boolean
  readonly folders: readonly FolderFigures[]
  readonly money: {
    /** Unix ms; null = not yet. */
    readonly lookedAtMs: number | null
    readonly lookedFullyAtMs: number | null
    readonly looks: number
    readonly violations: readonly Violation[]
  }
  readonly workers: { readonly ready: number; readonly configured: number }
  /** Bytes of this process's memory. */
  readonly memoryBytes: number
}

export interface SystemPort {
  facts(): Promise<SystemFacts>
}
