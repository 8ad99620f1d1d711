// Providers of the file as providers of the running config.
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { policyOf } from '../core/data-policy.ts'
import type { DialectName } from '../core/conversation.ts'
import { errorCode } from '../core/error-code.ts'
import type { Limits } from '../limits/limits.ts'
import type { ProviderConfig } from './config.ts'
import { knownProviderAt, quirksNamed, type KnownProvider } from './known-providers.ts'
import { awsKeyPair, bedrockUrl, vertexUrl } from './cloud-addresses.ts'
import type { Report } from './report.ts'
import type { ConfigFile, ProviderFile } from './schema.ts'
import { projectOf, serviceAccountFault } from './service-account.ts'

export interface ReadsFile {
  /** Text of a file; throws like `readFileSync`. */
  (path: string): string
}

interface Reader {
  readonly fileName: string
  readonly report: Report
  readonly readFile: ReadsFile
}

export function resolveProviders(
  file: ConfigFile,
  fileName: string,
  report: Report,
  readFile: ReadsFile = readText,
): ProviderConfig[] {
  const reader = { fileName, report, readFile }
  return file.providers.map((provider, index) => {
    const baseUrl = baseUrlOf(provider)
    const known = knownProviderAt(baseUrl)
    const quirks = provider.type === 'openai-compatible' ? (provider.quirks ?? quirksAt(known)) : undefined
    const dialects = dialectsOf(provider, known)
    const caPem = provider.ca_file === undefined ? undefined : readCaFile(provider.ca_file, index, reader)
    const apiKeys = secretsOf(provider, index, reader)
    const vendor = VENDORS[provider.type] ?? known?.vendor
    return {
      name: provider.name,
      type: provider.type,
      baseUrl,
      apiKeys,
      weight: provider.weight,
      priority: provider.priority,
      limits: limitsOf(provider),
      headers: Object.fromEntries(Object.entries(provider.headers).map(([name, value]) => [name.toLowerCase(), value])),
      streamUsage: provider.stream_usage ?? quirksNamed(quirks).streamUsage,
      ...(provider.websocket === true ? { websocket: true } : {}),
      ...(provider.data_policy === undefined ? {} : { dataPolicy: policyOf(provider.data_policy) }),
      ...(caPem === undefined ? {} : { caPem }),
      maxConnections: provider.max_connections,
      healthPath: provider.health_path,
      anyModel: provider.any_model ?? (file.models.length === 0 && !provider.models && provider.type !== 'simulator'),
      ...(vendor === undefined ? {} : { vendor }),
      ...(dialects === undefined ? {} : { dialects }),
      ...(quirks === undefined ? {} : { quirks }),
      ...typedFields(provider, apiKeys[0] ?? ''),
    }
  })
}

/** Where the type alone says whose models these are. */
const VENDORS: Readonly<Partial<Record<ProviderConfig['type'], string>>> = {
  openai: 'openai',
  anthropic: 'anthropic',
  gemini: 'google',
  vertex: 'google',
}

const DIALECTS: Readonly<Record<'chat' | 'responses' | 'messages', DialectName>> = {
  chat: 'openai-chat',
  responses: 'openai-responses',
  messages: 'anthropic-messages',
}

function quirksAt(known: KnownProvider | undefined): string | undefined {
  return known?.type === 'openai-compatible' ? known.name : undefined
}

function dialectsOf(provider: ProviderFile, known: KnownProvider | undefined): readonly DialectName[] | undefined {
  if (provider.dialects) return [...new Set(provider.dialects)].map((name) => DIALECTS[name])
  return provider.type === 'openai-compatible' && known?.type === 'openai-compatible' ? known.dialects : undefined
}

function baseUrlOf(provider: ProviderFile): string {
  const given = provider.base_url?.replace(/\/+$/, '')
  switch (provider.type) {
    case 'openai':
      return given ?? 'https://api.openai.com/v1'
    case 'azure-openai':
      return (given ?? '').replace(/\/openai(\/v1)?$/, '')
    case 'anthropic':
      // Anthropic's own SDKs are given the address without the version, everybody else's with it.
      return versioned(given ?? 'https://api.anthropic.com/v1', 'v1')
    case 'gemini':
      return versioned(given ?? 'https://generativelanguage.googleapis.com/v1beta', 'v1beta')
    case 'vertex':
      return (given ?? vertexUrl(provider.location ?? 'global')).replace(/\/v1(beta1)?$/, '')
    case 'bedrock':
      return given ?? bedrockUrl(provider.region ?? '')
    case 'openai-compatible':
    case 'simulator':
      return given ?? ''
  }
}

function versioned(baseUrl: string, version: string): string {
  return /\/v\d+\w*$/.test(baseUrl) ? baseUrl : `${baseUrl}/${version}`
}

function typedFields(provider: ProviderFile, secret: string): Partial<ProviderConfig> {
  const { api_version: apiVersion, anthropic_version: anthropicVersion } = provider
  switch (provider.type) {
    case 'azure-openai':
      return apiVersion === undefined ? {} : { apiVersion }
    case 'anthropic':
      return anthropicVersion === undefined ? {} : { anthropicVersion }
    case 'vertex': {
      const project = provider.project ?? projectOf(secret)
      return { location: provider.location ?? 'global', ...(project === undefined ? {} : { project }) }
    }
    case 'bedrock':
      return { region: provider.region ?? regionIn(provider.base_url ?? '') }
    case 'openai':
    case 'openai-compatible':
    case 'gemini':
    case 'simulator':
      return {}
  }
}

/** `https://bedrock-runtime.eu-west-1.amazonaws.com` and its private addresses; a proxy's own name says nothing. */
function regionIn(baseUrl: string): string {
  return /\bbedrock-runtime(?:-fips)?\.([a-z0-9-]+)\./.exec(baseUrl)?.[1] ?? 'us-east-1'
}

function secretsOf(provider: ProviderFile, index: number, reader: Reader): string[] {
  if (provider.type === 'vertex') {
    if (provider.credentials) return [provider.credentials]
    if (provider.credentials_file !== undefined)
      return [readServiceAccount(provider.credentials_file, index, reader) ?? '']
  }
  if (provider.type === 'bedrock' && provider.access_key_id && provider.secret_access_key) {
    return [awsKeyPair(provider.access_key_id, provider.secret_access_key, provider.session_token), ...keysOf(provider)]
  }
  const keys = keysOf(provider)
  return keys.length > 0 ? keys : ['']
}

function keysOf({ api_keys: keys, api_key: key }: ProviderFile): string[] {
  return [...new Set([...(keys ?? []), key ?? ''].filter((value) => value !== ''))]
}

function limitsOf({ limits: { rpm, tpm, concurrency } }: ProviderFile): Limits {
  return {
    ...(rpm === undefined ? {} : { rpm }),
    ...(tpm === undefined ? {} : { tpm }),
    ...(concurrency === undefined ? {} : { concurrency }),
  }
}

function readCaFile(caFile: string, index: number, reader: Reader): string | undefined {
  const path = ['providers', index, 'ca_file']
  const pem = readBeside(caFile, path, reader)
  if (pem === undefined || pem.includes('-----BEGIN CERTIFICATE-----')) return pem
  reader.report.problem(path, 'holds no PEM certificate.', 'It starts with -----BEGIN CERTIFICATE-----.')
  return undefined
}

function readServiceAccount(file: string, index: number, reader: Reader): string | undefined {
  const path = ['providers', index, 'credentials_file']
  const json = readBeside(file, path, reader)
  const fault = json === undefined ? undefined : serviceAccountFault(json)
  if (fault === undefined) return json
  reader.report.problem(path, `names a file that ${fault}`, 'It is made under IAM, service accounts, keys.')
  return undefined
}

function readBeside(name: string, path: PropertyKey[], { fileName, report, readFile }: Reader): string | undefined {
  try {
    return readFile(resolve(dirname(fileName), name))
  } catch (error) {
    const code = errorCode(error) ?? 'unreadable'
    report.problem(path, `cannot be read (${code}).`, 'The path counts from the folder of the config file.')
    return undefined
  }
}

export function readText(path: string): string {
  return readFileSync(path, 'utf8')
}
