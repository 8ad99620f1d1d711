// The clouds in the environment: Azure OpenAI, Vertex AI and Bedrock are switched on by the variables that their own
// tools read. Each needs a place beside its credentials; where that is missing, a warning says which variable to set.
import { isKey } from './check-key.ts'
import { isHttpUrl } from './check-server.ts'
import { awsKeyPair, bedrockUrl, vertexUrl } from './cloud-addresses.ts'
import type { ProviderConfig } from './config.ts'
import { DEFAULTS } from './defaults.ts'
import type { Env, FoundProviders } from './env-providers.ts'
import { projectOf, serviceAccountFault } from './service-account.ts'

interface Found {
  readonly provider?: ProviderConfig
  readonly notice?: string
  readonly warning?: string
}

export function cloudsFromEnv(env: Env, readFile: (path: string) => string): FoundProviders {
  const value = (name: string): string => env[name]?.trim() ?? ''
  const found = [azure(value), vertex(value, readFile), bedrock(value)]
  return {
    providers: found.flatMap(({ provider }) => (provider === undefined ? [] : [provider])),
    notices: found.flatMap(({ notice }) => (notice === undefined ? [] : [notice])),
    warnings: found.flatMap(({ warning }) => (warning === undefined ? [] : [warning])),
  }
}

type Value = (name: string) => string

function azure(value: Value): Found {
  const key = value('AZURE_OPENAI_API_KEY')
  const endpoint = value('AZURE_OPENAI_ENDPOINT')
  if (key === '') return {}
  if (!isHttpUrl(endpoint) || !isKey(key))
    return { warning: 'AZURE_OPENAI_API_KEY is set, but AZURE_OPENAI_ENDPOINT is not an address; azure stays off.' }
  const apiVersion = value('OPENAI_API_VERSION')
  const baseUrl = endpoint.replace(/\/+$/, '').replace(/\/openai(\/v1)?$/, '')
  const more = /^[\w.-]+$/.test(apiVersion) ? { apiVersion } : {}
  return {
    provider: { ...cloud('azure', 'azure-openai', baseUrl, key), ...more },
    notice: 'azure, from AZURE_OPENAI_API_KEY; its deployments are reached as azure/NAME',
  }
}

function vertex(value: Value, readFile: (path: string) => string): Found {
  const file = value('GOOGLE_APPLICATION_CREDENTIALS')
  if (file === '') return {}
  const json = textOf(file, readFile)
  const project = value('GOOGLE_CLOUD_PROJECT') || (projectOf(json) ?? '')
  if (!/^[\w.:-]+$/.test(project))
    return {
      warning:
        'GOOGLE_APPLICATION_CREDENTIALS is set, but its file names no project and GOOGLE_CLOUD_PROJECT is not set; vertex stays off.',
    }
  const given = value('GOOGLE_CLOUD_LOCATION')
  const location = /^[a-z0-9-]+$/.test(given) ? given : 'global'
  // Any other kind of file (workload identity, a person's own) Google's library reads by itself, by the same variable.
  const secret = serviceAccountFault(json) === undefined ? json : ''
  return {
    provider: { ...cloud('vertex', 'vertex', vertexUrl(location), secret), project, location, vendor: 'google' },
    notice: 'vertex, from GOOGLE_APPLICATION_CREDENTIALS',
  }
}

function textOf(file: string, readFile: (path: string) => string): string {
  try {
    return readFile(file)
  } catch {
    // Google's library says what is wrong with it, should it be needed.
    return ''
  }
}

function bedrock(value: Value): Found {
  const names = ['AWS_BEARER_TOKEN_BEDROCK', 'AWS_ACCESS_KEY_ID', 'AWS_PROFILE'] as const
  const name = names.find((candidate) => value(candidate) !== '')
  if (name === undefined) return {}
  const given = value('AWS_REGION') || value('AWS_DEFAULT_REGION')
  // A key for Bedrock means Bedrock; keys for AWS may be there for anything else.
  const region = given === '' && name === 'AWS_BEARER_TOKEN_BEDROCK' ? 'us-east-1' : given
  if (!/^[a-z0-9-]+$/.test(region)) return { warning: `${name} is set, but AWS_REGION is not; bedrock stays off.` }
  const secret = bedrockSecret(name, value)
  if (secret === undefined)
    return { warning: `${name} is set, but is not a whole key without blanks; bedrock stays off.` }
  return {
    provider: { ...cloud('bedrock', 'bedrock', bedrockUrl(region), secret), region },
    notice: `bedrock, from ${name} in ${region}; its models are reached as bedrock/ID`,
  }
}

function bedrockSecret(name: string, value: Value): string | undefined {
  // A profile is looked up by AWS's own library.
  if (name === 'AWS_PROFILE') return ''
  if (name === 'AWS_BEARER_TOKEN_BEDROCK') return isKey(value(name)) ? value(name) : undefined
  const [id, secret, token] = [value(name), value('AWS_SECRET_ACCESS_KEY'), value('AWS_SESSION_TOKEN')]
  return secret !== '' && [id, secret, token].every(isKey) ? awsKeyPair(id, secret, token) : undefined
}

function cloud(name: string, type: ProviderConfig['type'], baseUrl: string, secret: string): ProviderConfig {
  return { name, type, baseUrl, apiKeys: [secret], ...DEFAULTS.provider, limits: {}, headers: {}, anyModel: true }
}
