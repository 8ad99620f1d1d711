// The fields that only some provider types have: each where it belongs, complete, and of a form that can be used.
import { checkKey } from './check-key.ts'
import type { ProviderType } from './config.ts'
import type { Report } from './report.ts'
import type { ProviderFile } from './schema.ts'
import { serviceAccountFault } from './service-account.ts'

/** The path of a field of the provider that is looked at. */
export type At = (...rest: PropertyKey[]) => PropertyKey[]

type TypedField =
  | 'websocket'
  | 'dialects'
  | 'quirks'
  | 'api_version'
  | 'anthropic_version'
  | 'project'
  | 'location'
  | 'credentials_file'
  | 'credentials'
  | 'region'
  | 'access_key_id'
  | 'secret_access_key'
  | 'session_token'

const OWNERS: Readonly<Record<TypedField, readonly ProviderType[]>> = {
  websocket: ['openai', 'openai-compatible', 'azure-openai'],
  dialects: ['openai', 'openai-compatible', 'simulator'],
  quirks: ['openai-compatible'],
  api_version: ['azure-openai'],
  anthropic_version: ['anthropic'],
  project: ['vertex'],
  location: ['vertex'],
  credentials_file: ['vertex'],
  credentials: ['vertex'],
  region: ['bedrock'],
  access_key_id: ['bedrock'],
  secret_access_key: ['bedrock'],
  session_token: ['bedrock'],
}

const FIELDS = Object.keys(OWNERS) as TypedField[]

export function checkProviderFields(provider: ProviderFile, at: At, report: Report): void {
  for (const field of FIELDS) {
    const owners = OWNERS[field]
    if (provider[field] === undefined || owners.includes(provider.type)) continue
    report.problem(at(field), `belongs to type ${owners.join(', ')}, and this is ${provider.type}.`, 'Remove it.')
  }
  if (provider.type === 'azure-openai') checkAzure(provider, at, report)
  if (provider.type === 'anthropic') checkWord(provider.anthropic_version, at('anthropic_version'), report)
  if (provider.type === 'vertex') checkVertex(provider, at, report)
  if (provider.type === 'bedrock') checkBedrock(provider, at, report)
}

function checkAzure({ api_version: version, base_url: baseUrl }: ProviderFile, at: At, report: Report): void {
  checkWord(version, at('api_version'), report)
  if (version !== undefined && /^\d{4}-/.test(version) && /\/openai\/v1\/*$/.test(baseUrl ?? ''))
    report.problem(
      at('api_version'),
      'is for addresses with deployments, and base_url ends in /openai/v1.',
      'Remove one of the two.',
    )
}

function checkVertex(provider: ProviderFile, at: At, report: Report): void {
  const { project, location, credentials, credentials_file: file } = provider
  checkWord(project, at('project'), report)
  if (location !== undefined && !/^[a-z0-9-]+$/.test(location))
    report.problem(at('location'), 'is not a location of Google Cloud.', 'For example global or us-central1.')
  const keys = [...(provider.api_keys ?? []), provider.api_key ?? ''].filter((key) => key !== '')
  if (file !== undefined && credentials)
    report.problem(at('credentials'), 'stands beside credentials_file.', 'Use one.')
  if (keys.length > 0 && (file !== undefined || credentials))
    report.problem(at(), 'has API keys and a service account.', 'Use one of them, or make two providers.')
  if (credentials) {
    const fault = serviceAccountFault(credentials)
    if (fault !== undefined) report.problem(at('credentials'), fault, 'It is the whole JSON file, braces included.')
  }
  if (project === undefined && file === undefined && !credentials && keys.length === 0)
    report.problem(at(), 'needs a project.', 'Only a service account names its own.')
}

function checkBedrock(provider: ProviderFile, at: At, report: Report): void {
  const { region, base_url: baseUrl, access_key_id: id, secret_access_key: secret, session_token: token } = provider
  if (region === undefined && baseUrl === undefined)
    report.problem(at(), 'needs a region.', 'For example region: us-east-1')
  if (region !== undefined && !/^[a-z0-9-]+$/.test(region))
    report.problem(at('region'), 'is not a region of AWS.', 'For example us-east-1.')
  for (const [field, value] of Object.entries({ access_key_id: id, secret_access_key: secret, session_token: token }))
    if (value !== undefined) checkKey(value, at(field), report)
  if (Boolean(id) !== Boolean(secret))
    report.problem(at(id ? 'access_key_id' : 'secret_access_key'), 'is only half of a key pair.', 'Both are needed.')
  else if (token && !id) report.problem(at('session_token'), 'has no access_key_id beside it.')
}

/** Travels in a header or a path. */
function checkWord(value: string | undefined, path: PropertyKey[], report: Report): void {
  if (value !== undefined && !/^[\w.:-]+$/.test(value))
    report.problem(path, 'may only hold letters, digits, ".", ":", "-" and "_".')
}
