import { useState } from 'react'
import { PasskeyCancelled } from './passkeys.ts'
import { ProofDeclinedError } from './errors.ts'

export interface Attempt {
  readonly busy: boolean
  readonly error: Error | null
  /** @returns whether it was done */
  run(act: () => Promise<void>): Promise<boolean>
  fail(error: Error | null): void
}

/** Several steps that are one act for the reader. Who changes their mind on the way sees no error. */
export function useAttempt(): Attempt {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<Error | null>(null)
  const run = async (act: () => Promise<void>): Promise<boolean> => {
    setBusy(true)
    setError(null)
    try {
      await act()
      return true
    } catch (failure) {
      const changedTheirMind = failure instanceof PasskeyCancelled || failure instanceof ProofDeclinedError
      if (!changedTheirMind) setError(failure instanceof Error ? failure : new Error(String(failure)))
      return false
    } finally {
      setBusy(false)
    }
  }
  return { busy, error, run, fail: setError }
}
