// What browsers answer when they are asked for a passkey, as PublicKeyCredential.toJSON() writes it.
// Source: Web Authentication, level 3, section 5.1 ("RegistrationResponseJSON", "AuthenticationResponseJSON").
import { z } from 'zod'
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '../../../identity/people/passkeys.ts'

const base64url = z
  .string()
  .max(16_384)
  .regex(/^[\w-]*$/, 'must be base64url.')

export const answeredCredential = z
  .looseObject({
    id: base64url.min(1),
    response: z.looseObject({
      clientDataJSON: base64url,
      authenticatorData: base64url,
      signature: base64url,
      userHandle: base64url.nullish(),
    }),
  })
  .describe('What navigator.credentials.get() gave, as toJSON() writes it.')

export const madeCredential = z
  .looseObject({
    id: base64url.min(1),
    response: z.looseObject({
      clientDataJSON: base64url,
      attestationObject: base64url,
      transports: z.array(z.string().max(40)).max(10).optional(),
    }),
  })
  .describe('What navigator.credentials.create() gave, as toJSON() writes it.')

/** As much as the reference shows of one: they are long. */
export const ANSWERED_EXAMPLE = {
  id: 'k3JfQ9c',
  response: { clientDataJSON: 'eyJ0eXBlIjoi', authenticatorData: 'SZYN5Yg', signature: 'MEUCIQD' },
}
export const MADE_EXAMPLE = {
  id: 'k3JfQ9c',
  response: { clientDataJSON: 'eyJ0eXBlIjoi', attestationObject: 'o2NmbXQ' },
}

export function answered({ id, response }: z.output<typeof answeredCredential>): AuthenticationResponseJSON {
  const { clientDataJSON, authenticatorData, signature, userHandle } = response
  return {
    id,
    rawId: id,
    type: 'public-key',
    clientExtensionResults: {},
    response: {
      clientDataJSON,
      authenticatorData,
      signature,
      ...(userHandle == null || userHandle === '' ? {} : { userHandle }),
    },
  }
}

export function made({ id, response }: z.output<typeof madeCredential>): RegistrationResponseJSON {
  const { clientDataJSON, attestationObject, transports } = response
  return {
    id,
    rawId: id,
    type: 'public-key',
    clientExtensionResults: {},
    response: { clientDataJSON, attestationObject, ...(transports === undefined ? {} : { transports }) },
  }
}
