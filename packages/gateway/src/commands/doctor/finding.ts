import type { Settings } from '../../config/config.ts'

export interface Finding {
  /** `bad` = something does not work, or a secret lies open; `warn` = it works, and deserves a look. */
  readonly level: 'good' | 'note' | 'warn' | 'bad'
  readonly topic: string
  /** What was found, to which thing. */
  readonly text: string
  /** What to do; a command where there is one. */
  readonly fix?: string
}

/** What the checks look at. */
export interface Examination {
  readonly settings: Settings
  readonly env: Readonly<Record<string, string | undefined>>
  /** Whether providers may be asked with their keys. */
  readonly online: boolean
  readonly nowMs: number
}
