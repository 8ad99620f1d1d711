// Key pairs for AWS: from a secret of the configuration, or from the places where AWS's own tools look (environment,
// profiles, SSO, web identity, container and instance metadata), by AWS's own library, loaded when it is first needed.

import { parseJsonObject, stringOf } from '../../core/json.ts'
import type { Expiring } from '../refreshing-token.ts'
import type { AwsCredentials } from './request-signer.ts'

/** @throws {Error} when no place has any; says where was looked */
export async function fetchAwsCredentials(secret: string): Promise<Expiring<AwsCredentials>> {
  if (secret !== '') return { value: keyPairOf(secret), expiresAtMs: Infinity }
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node')
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = await defaultProvider()()
  return {
    value: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
    // A fresh chain is made each time, so that the long-lived keys of a profile that was changed are seen too.
    expiresAtMs: expiration?.getTime() ?? Date.now() + LONG_LIVED_MS,
  }
}

const LONG_LIVED_MS = 3_600_000

function keyPairOf(secret: string): AwsCredentials {
  const pair = parseJsonObject(secret)
  const accessKeyId = stringOf(pair?.accessKeyId)
  const secretAccessKey = stringOf(pair?.secretAccessKey)
  const sessionToken = stringOf(pair?.sessionToken)
  if (accessKeyId === undefined || secretAccessKey === undefined) throw new Error('the secret is not an AWS key pair')
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
}
