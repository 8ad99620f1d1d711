// Passkeys: what the browser is asked, and whether its answer holds. The user is always verified (a finger, a face, a PIN),
// so that a passkey alone is two factors. Attestation is not asked for: which maker's key it is does not matter here.
import { createHmac } from 'node:crypto'
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server'
import { GatewayError } from '../../core/errors.ts'
import { randomBase62 } from '../key-format.ts'
import type { FactorStore, PasskeyRecord } from './factor-store.ts'
import type { PersonRecord } from './person-store.ts'
import type { Site } from './visitor.ts'

export type { AuthenticationResponseJSON, RegistrationResponseJSON }

const TIMEOUT_MS = 5 * 60_000
/** COSE: EdDSA, ES256, RS256. What authenticators in the field have. */
const ALGORITHMS = [-8, -7, -257]

/** Loaded at the first use: most starts need none of it. */
async function library() {
  return await import('@simplewebauthn/server')
}

export async function addingOptions(
  person: Pick<PersonRecord, 'personId' | 'email' | 'name'>,
  existing: readonly PasskeyRecord[],
  site: Site,
  brand: string,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const { generateRegistrationOptions } = await library()
  return await generateRegistrationOptions({
    rpName: brand,
    rpID: site.rpId,
    userName: person.email,
    userDisplayName: person.name,
    userID: new Uint8Array(Buffer.from(person.personId)),
    timeout: TIMEOUT_MS,
    attestationType: 'none',
    supportedAlgorithmIDs: ALGORITHMS,
    excludeCredentials: existing.map(({ credentialId, transports }) => ({
      id: credentialId,
      transports: [...transports],
    })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })
}

/** @throws {GatewayError} `invalid_request` when it is not the answer to this challenge, from this site */
export async function addedPasskey(
  response: RegistrationResponseJSON,
  challenge: string,
  site: Site,
  made: { readonly personId: string; readonly name: string; readonly nowMs: number },
): Promise<PasskeyRecord> {
  const { verifyRegistrationResponse } = await library()
  const verified = await verifyRegistrationResponse({
    response,
    expectedChallenge: challenge,
    expectedOrigin: site.origin,
    expectedRPID: site.rpId,
    requireUserVerification: true,
    supportedAlgorithmIDs: ALGORITHMS,
  }).catch((error: unknown) => {
    throw refused(error)
  })
  if (!verified.verified) throw refused(null)
  const { credential, credentialBackedUp } = verified.registrationInfo
  return {
    passkeyId: `pky_${randomBase62(16)}`,
    personId: made.personId,
    credentialId: credential.id,
    publicKey: Buffer.from(credential.publicKey).toString('base64url'),
    counter: credential.counter,
    transports: credential.transports ?? [],
    synced: credentialBackedUp,
    name: made.name,
    createdAtMs: made.nowMs,
    lastUsedAtMs: null,
  }
}

/** @param allowed which may answer; empty = whichever the browser has for this site */
export async function askingOptions(
  allowed: readonly { readonly id: string; readonly transports: readonly string[] }[],
  site: Site,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const { generateAuthenticationOptions } = await library()
  return await generateAuthenticationOptions({
    rpID: site.rpId,
    timeout: TIMEOUT_MS,
    userVerification: 'required',
    allowCredentials: allowed.map(({ id, transports }) => ({ id, transports: [...transports] })),
  })
}

/**
 * What is asked for where nobody is, or somebody without a passkey: always the same for an address, so that asking twice
 * does not tell it from one that somebody has.
 */
export function decoyCredential(email: string, key: Buffer): { readonly id: string; readonly transports: string[] } {
  const id = createHmac('sha256', key).update(`decoy passkey\0${email}`).digest('base64url')
  return { id, transports: ['internal'] }
}

/**
 * Whose passkey signed this challenge; undefined when nobody's did. The signature counter moves on, and one that goes
 * back is refused: a copy of the key was used.
 */
export async function usedPasskey(
  response: AuthenticationResponseJSON,
  challenge: string,
  site: Site,
  factors: FactorStore,
  nowMs: number,
): Promise<PasskeyRecord | undefined> {
  const passkey = await factors.findPasskey(response.id)
  if (passkey === undefined) return undefined
  // What the key itself says whose it is must be whose it is here.
  const { userHandle } = response.response
  if (userHandle !== undefined && Buffer.from(userHandle, 'base64url').toString() !== passkey.personId) return undefined
  const { verifyAuthenticationResponse } = await library()
  const verified = await verifyAuthenticationResponse({
    response,
    expectedChallenge: challenge,
    expectedOrigin: site.origin,
    expectedRPID: site.rpId,
    requireUserVerification: true,
    credential: {
      id: passkey.credentialId,
      publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
      counter: passkey.counter,
    },
  }).catch(() => null)
  if (verified === null || !verified.verified || !verified.authenticationInfo.userVerified) return undefined
  const { newCounter } = verified.authenticationInfo
  return (await factors.usePasskey(passkey.passkeyId, newCounter, nowMs)) ? passkey : undefined
}

function refused(cause: unknown): GatewayError {
  return new GatewayError('invalid_request', 'This passkey was not made for this site and this moment. Begin again.', {
    param: 'credential',
    ...(cause === null ? {} : { cause }),
  })
}
