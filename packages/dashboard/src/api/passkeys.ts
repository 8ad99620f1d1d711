// The browser's side of passkeys. It answers in the very shape that the gateway takes.
import type { Body } from './client.ts'

type Asked = Body<'logInWithPasskey'>['credential']
type Made = Body<'addPasskey'>['credential']

/** Browsers have passkeys on https, and on this machine as `localhost`. */
export function canUsePasskeys(): boolean {
  return globalThis.isSecureContext && 'PublicKeyCredential' in globalThis
}

/** @param options of the gateway @throws {PasskeyCancelled} */
export async function askPasskey(options: Readonly<Record<string, unknown>>): Promise<Asked> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options as never)
  return (await finished(navigator.credentials.get({ publicKey }))) as Asked
}

/** @param options of the gateway @throws {PasskeyCancelled} */
export async function makePasskey(options: Readonly<Record<string, unknown>>): Promise<Made> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options as never)
  return (await finished(navigator.credentials.create({ publicKey }))) as Made
}

/** The person closed the browser's window, or there is no passkey here that would do. */
export class PasskeyCancelled extends Error {
  override readonly name = 'PasskeyCancelled'
}

/** Only what the gateway takes: a passkey says more about itself. */
async function finished(asked: Promise<Credential | null>): Promise<unknown> {
  let credential: Credential | null
  try {
    credential = await asked
  } catch (error) {
    throw new PasskeyCancelled(error instanceof Error ? error.message : String(error))
  }
  if (!(credential instanceof PublicKeyCredential)) throw new PasskeyCancelled('There is no passkey.')
  const { id, response } = credential.toJSON()
  return { id, response: Object.fromEntries(Object.entries(response).filter(([name]) => TAKEN.includes(name))) }
}

const TAKEN = ['clientDataJSON', 'authenticatorData', 'signature', 'userHandle', 'attestationObject', 'transports']
