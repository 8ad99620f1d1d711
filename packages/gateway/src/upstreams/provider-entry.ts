// A stored provider as an entry of the configuration file would be, so that the file's own checks can judge it. What a
// credential is depends on the type: a key; the JSON of a service account; a key pair of AWS, as JSON too.
import type { ProviderConfig } from '../config/config.ts'
import { isJsonObject, parseJson, type JsonValue } from '../core/json.ts'
import type { OpenProvider } from './overlay.ts'

/** Not the operator's to say here: a name is the entry's, secrets are kept apart, and files are the machine's own. */
export const KEPT_APART = [
  'name',
  'api_keys',
  'api_key',
  'headers',
  'credentials',
  'credentials_file',
  'access_key_id',
  'secret_access_key',
  'session_token',
  'ca_file',
] as const

/** The shape is judged by whoever gets it. */
export function providerEntry({ name, settings, headers, secrets }: OpenProvider): Record<string, unknown> {
  const { type } = settings
  const given = secrets ?? []
  const common = { ...settings, name, ...(Object.keys(headers).length === 0 ? {} : { headers }) }
  const [first = ''] = given
  if (type === 'vertex' && first.startsWith('{')) return { ...common, credentials: first }
  if (type === 'bedrock' && first.startsWith('{')) return { ...common, ...keyPair(first) }
  return given.length === 0 ? common : { ...common, api_keys: given }
}

/** All of the secrets: a file has no way to say more than one account or pair. */
export function withSecrets(provider: ProviderConfig, secrets: readonly string[]): ProviderConfig {
  return secrets.length === 0 ? provider : { ...provider, apiKeys: [...new Set(secrets)] }
}

function keyPair(secret: string): Record<string, unknown> {
  let pair: JsonValue
  try {
    pair = parseJson(secret)
  } catch {
    return { api_keys: [secret] }
  }
  if (!isJsonObject(pair)) return { api_keys: [secret] }
  return {
    access_key_id: pair['accessKeyId'],
    secret_access_key: pair['secretAccessKey'],
    session_token: pair['sessionToken'],
  }
}
