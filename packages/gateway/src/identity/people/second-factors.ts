// Codes: of an authenticator app, and on paper. Both are taken once.
import type { FactorStore } from './factor-store.ts'
import { recoveryCodeDigest } from './recovery-codes.ts'
import { openSecret } from './seal-secret.ts'
import { stepOfCode } from './totp.ts'

export interface CodeKeys {
  readonly totp: Buffer
  readonly recovery: Buffer
}

/** What else is asked of somebody beside a password. */
export type SecondFactor = 'totp' | 'passkey' | 'recovery_code'

export async function secondFactorsOf(factors: FactorStore, personId: string): Promise<readonly SecondFactor[]> {
  const { totp, passkeys, recoveryCodes } = await factors.summary(personId)
  if (!totp && passkeys === 0) return []
  return [
    ...(totp ? (['totp'] as const) : []),
    ...(passkeys > 0 ? (['passkey'] as const) : []),
    ...(recoveryCodes > 0 ? (['recovery_code'] as const) : []),
  ]
}

/** False for a wrong code, and for one that was taken before. @param unconfirmed also of a secret that is being set up */
export async function isTotpCode(
  factors: FactorStore,
  personId: string,
  code: string,
  keys: CodeKeys,
  nowMs: number,
  unconfirmed = false,
): Promise<boolean> {
  const record = await factors.totp(personId)
  if (record === undefined || (record.confirmedAtMs === null && !unconfirmed)) return false
  const step = stepOfCode(openSecret(record.sealed, personId, keys.totp), code, nowMs)
  return step !== null && (await factors.useTotp(personId, step, nowMs))
}

export async function isRecoveryCode(
  factors: FactorStore,
  personId: string,
  code: string,
  keys: CodeKeys,
  nowMs: number,
): Promise<boolean> {
  return await factors.useRecoveryCode(personId, recoveryCodeDigest(code, personId, keys.recovery), nowMs)
}
