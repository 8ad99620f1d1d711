// What people prove who they are with: passwords, passkeys, codes of an app, recovery codes, and accounts at issuers.
// `store/factor-store.ts` keeps them. Times are unix milliseconds.

export interface PasskeyRecord {
  /** `pky_` and 16 base62 digits. */
  readonly passkeyId: string
  readonly personId: string
  /** Base64url, as the browser names it. */
  readonly credentialId: string
  /** COSE, base64url. */
  readonly publicKey: string
  /** Of signatures; 0 where the authenticator does not count. */
  readonly counter: number
  readonly transports: readonly string[]
  /** May lie on several devices of its owner. */
  readonly synced: boolean
  readonly name: string
  readonly createdAtMs: number
  readonly lastUsedAtMs: number | null
}

export interface TotpRecord {
  readonly personId: string
  /** The secret, sealed under the gateway's own (`seal-secret.ts`). */
  readonly sealed: string
  /** Null until its first code was shown: until then it counts for nothing. */
  readonly confirmedAtMs: number | null
  /** The step (of 30 s) of the last code that was taken: neither it nor an earlier one is taken again. */
  readonly lastStep: number
  readonly createdAtMs: number
}

export interface IdentityRecord {
  /** `idn_` and 16 base62 digits. */
  readonly identityId: string
  readonly personId: string
  /** The issuer's address, as it calls itself. */
  readonly issuer: string
  /** Who it is there. */
  readonly subject: string
  /** As the issuer said last. */
  readonly email: string
  readonly createdAtMs: number
  readonly lastUsedAtMs: number | null
}

export interface FactorSummary {
  readonly password: boolean
  readonly passkeys: number
  readonly totp: boolean
  readonly recoveryCodes: number
  readonly identities: number
}

export interface FactorStore {
  summary(personId: string): Promise<FactorSummary>

  /** As `password-hash.ts` writes it. */
  password(personId: string): Promise<string | undefined>
  setPassword(personId: string, hash: string, atMs: number): Promise<void>
  removePassword(personId: string): Promise<void>

  insertPasskey(record: PasskeyRecord): Promise<void>
  findPasskey(credentialId: string): Promise<PasskeyRecord | undefined>
  passkeysOf(personId: string): Promise<readonly PasskeyRecord[]>
  renamePasskey(passkeyId: string, name: string): Promise<void>
  /** False when the counter did not move on meanwhile: somebody used a copy. 0 to 0 is no copy. */
  usePasskey(passkeyId: string, counter: number, atMs: number): Promise<boolean>
  removePasskey(personId: string, passkeyId: string): Promise<boolean>

  totp(personId: string): Promise<TotpRecord | undefined>
  /** In place of what was there. */
  setTotp(record: TotpRecord): Promise<void>
  /** False when a code of this step, or of a later one, was taken before. Confirms it as well. */
  useTotp(personId: string, step: number, atMs: number): Promise<boolean>
  removeTotp(personId: string): Promise<void>

  /** In place of those that were there. */
  setRecoveryCodes(personId: string, digests: readonly string[], atMs: number): Promise<void>
  /** False when there is none, or it was used. */
  useRecoveryCode(personId: string, digest: string, atMs: number): Promise<boolean>

  insertIdentity(record: IdentityRecord): Promise<void>
  findIdentity(issuer: string, subject: string): Promise<IdentityRecord | undefined>
  identitiesOf(personId: string): Promise<readonly IdentityRecord[]>
  useIdentity(identityId: string, email: string, atMs: number): Promise<void>
  removeIdentity(personId: string, identityId: string): Promise<boolean>

  /** Everything but the issuers; for somebody who is locked out. */
  removeAll(personId: string): Promise<void>
}
