// The JSON file of a Google service account, as far as the config has to understand it.
import { parseJsonObject } from '../core/json.ts'

/** What keeps a text from being the credentials of a service account; undefined = nothing. Never quotes it. */
export function serviceAccountFault(text: string): string | undefined {
  const account = parseJsonObject(text)
  if (account === null) return 'is not JSON.'
  // Other kinds (workload identity, a person's own) are named by GOOGLE_APPLICATION_CREDENTIALS, not carried around.
  if (account.type !== undefined && account.type !== 'service_account') return 'is not of a service account.'
  if (typeof account.client_email !== 'string') return 'has no client_email.'
  if (typeof account.private_key !== 'string' || !account.private_key.includes('PRIVATE KEY'))
    return 'has no private_key.'
  return undefined
}

/** The project that a service account belongs to. */
export function projectOf(text: string): string | undefined {
  const project = parseJsonObject(text)?.project_id
  return typeof project === 'string' && project !== '' ? project : undefined
}
