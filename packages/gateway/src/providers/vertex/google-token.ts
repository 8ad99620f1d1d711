// Access tokens for Google Cloud, by Google's own library, which knows all kinds of credentials. It is loaded when the
// first token is needed. `token_uri` of a service account says where to ask, as in the file that Google hands out.

import { parseJsonObject, stringOf } from '../../core/json.ts'
import type { Expiring } from '../refreshing-token.ts'

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform'
/** Where Google does not say how long a token lives. */
const ASSUMED_LIFE_MS = 600_000

/**
 * @param secret the JSON of a service account; '' = application default credentials
 * @param project known already: the library would ask Google for it otherwise, and fail where it may not
 * @throws {Error} what Google's library says, without the key
 */
export async function fetchGoogleToken(secret: string, project: string, nowMs: number): Promise<Expiring<string>> {
  const { GoogleAuth, JWT } = await import('google-auth-library')
  if (secret === '') {
    const client = await new GoogleAuth({ scopes: [SCOPE], projectId: project }).getClient()
    const { token } = await client.getAccessToken()
    if (typeof token !== 'string' || token === '') throw new Error('Google gave no access token')
    return { value: token, expiresAtMs: client.credentials.expiry_date ?? nowMs + ASSUMED_LIFE_MS }
  }
  const account = parseJsonObject(secret)
  const email = stringOf(account?.client_email)
  const key = stringOf(account?.private_key)
  if (email === undefined || key === undefined) throw new Error('the credentials are not those of a service account')
  const tokenUri = stringOf(account?.token_uri)
  const keyId = stringOf(account?.private_key_id)
  const client = new JWT({
    email,
    key,
    scopes: [SCOPE],
    ...(keyId === undefined ? {} : { keyId }),
    ...(tokenUri === undefined ? {} : { additionalClaims: { aud: tokenUri } }),
  })
  if (tokenUri !== undefined) {
    // The library always asks Google's public address; private access points and other clouds have their own.
    const url = new URL(tokenUri)
    client.transporter.interceptors.request.add({
      resolved: async (options) => {
        options.url = url
        return await Promise.resolve(options)
      },
    })
  }
  const { access_token: token, expiry_date: expiresAtMs } = await client.authorize()
  if (typeof token !== 'string' || token === '') throw new Error('Google gave no access token')
  return { value: token, expiresAtMs: expiresAtMs ?? nowMs + ASSUMED_LIFE_MS }
}
