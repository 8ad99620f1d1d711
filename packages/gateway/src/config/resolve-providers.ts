// Providers of the file as providers of the running config.
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { LimitsConfig, ProviderConfig } from './config.ts'
import { knownProviderAt } from './known-providers.ts'
import type { Report } from './report.ts'
import type { ConfigFile, ProviderFile } from './schema.ts'

const OPENAI_BASE_URL = 'https://api.openai.com/v1'

export interface ReadsFile {
  /** Text of a file; throws like `readFileSync`. */
  (path: string): string
}

export function resolveProviders(
  file: ConfigFile,
  fileName: string,
  report: Report,
  readFile: ReadsFile = readText,
): ProviderConfig[] {
  return file.providers.map((provider, index) => {
    const baseUrl = (provider.base_url ?? (provider.type === 'openai' ? OPENAI_BASE_URL : '')).replace(/\/+$/, '')
    const caPem =
      provider.ca_file === undefined ? undefined : readCaFile(provider.ca_file, fileName, index, report, readFile)
    const vendor = provider.type === 'openai' ? 'openai' : knownProviderAt(baseUrl)?.vendor
    return {
      name: provider.name,
      type: provider.type,
      baseUrl,
      apiKeys: apiKeysOf(provider),
      weight: provider.weight,
      priority: provider.priority,
      limits: limitsOf(provider),
      headers: Object.fromEntries(Object.entries(provider.headers).map(([name, value]) => [name.toLowerCase(), value])),
      streamUsage: provider.stream_usage,
      ...(caPem === undefined ? {} : { caPem }),
      maxConnections: provider.max_connections,
      healthPath: provider.health_path,
      anyModel: provider.any_model ?? (file.models.length === 0 && !provider.models && provider.type !== 'simulator'),
      ...(vendor === undefined ? {} : { vendor }),
    }
  })
}

function apiKeysOf({ api_keys: keys, api_key: key }: ProviderFile): string[] {
  const usable = new Set([...(keys ?? []), key ?? ''].filter((value) => value !== ''))
  return usable.size > 0 ? [...usable] : ['']
}

function limitsOf({ limits: { rpm, tpm, concurrency } }: ProviderFile): LimitsConfig {
  return {
    ...(rpm === undefined ? {} : { rpm }),
    ...(tpm === undefined ? {} : { tpm }),
    ...(concurrency === undefined ? {} : { concurrency }),
  }
}

function readCaFile(
  caFile: string,
  fileName: string,
  index: number,
  report: Report,
  readFile: ReadsFile,
): string | undefined {
  const path = ['providers', index, 'ca_file']
  try {
    const pem = readFile(resolve(dirname(fileName), caFile))
    if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem
    report.problem(path, 'holds no PEM certificate.', 'It starts with -----BEGIN CERTIFICATE-----.')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    report.problem(path, `cannot be read (${code}).`, 'The path counts from the folder of the config file.')
  }
  return undefined
}

function readText(path: string): string {
  return readFileSync(path, 'utf8')
}
