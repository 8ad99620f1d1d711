// What the shape alone cannot tell about `providers`: names, addresses, keys and headers that could not be sent. The
// fields that only one type has are looked at in `check-provider-fields.ts`.
import { checkKey } from './check-key.ts'
import { checkProviderFields, type At } from './check-provider-fields.ts'
import { isHeaderName } from './check-server.ts'
import { KNOWN_PROVIDERS } from './known-providers.ts'
import type { Report } from './report.ts'
import type { ProviderFile } from './schema.ts'

/** Ours to set, or meaningful only between two neighbours: an operator's value would break the request. */
const OWN_HEADERS = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'upgrade',
  'keep-alive',
  'te',
  'trailer',
  'expect',
  'accept-encoding',
  'content-encoding',
  'content-type',
])

export function checkProviders(providers: readonly ProviderFile[], report: Report): void {
  const seen = new Map<string, number>()
  for (const [index, provider] of providers.entries()) {
    const at: At = (...rest) => ['providers', index, ...rest]
    const twin = seen.get(provider.name)
    if (twin !== undefined)
      report.problem(
        at('name'),
        `"${provider.name}" is also the name of providers[${twin}].`,
        'Names are unique; several keys of one provider go into api_keys.',
      )
    else seen.set(provider.name, index)
    if (!/^[A-Za-z0-9][\w.-]*$/.test(provider.name)) {
      report.problem(at('name'), 'may only hold letters, digits, ".", "-" and "_", and starts with a letter or digit.')
    }
    checkBaseUrl(provider, at, report)
    checkKeys(provider, at, report)
    checkHeaders(provider, at, report)
    checkProviderFields(provider, at, report)
    if (!/^\/[\x21-\x7e]*$/.test(provider.health_path))
      report.problem(at('health_path'), 'must start with a slash: it is a path under base_url.')
    for (const [position, id] of (provider.models ?? []).entries()) {
      if (/[\s*\p{Cc}]/u.test(id))
        report.problem(at('models', position), 'is not a model id.', 'For "*", write an entry under models.')
    }
  }
}

function checkBaseUrl({ name, type, base_url: baseUrl }: ProviderFile, at: At, report: Report): void {
  if (baseUrl === undefined) {
    if (type === 'azure-openai')
      report.problem(at(), 'needs a base_url.', 'For example https://RESOURCE.openai.azure.com')
    if (type !== 'openai-compatible') return
    const known = KNOWN_PROVIDERS.find((provider) => provider.name === name.toLowerCase())
    report.problem(at(), 'needs a base_url.', `For example ${known?.baseUrl ?? 'http://127.0.0.1:8000/v1'}`)
    return
  }
  const url = URL.parse(baseUrl)
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.hostname === '' || /\s/.test(baseUrl)) {
    report.problem(at('base_url'), 'is not an http:// or https:// address.')
  } else if (url.username !== '' || url.password !== '') {
    report.problem(at('base_url'), 'holds a user name or password.', 'Put the key into api_keys.')
  } else if (url.search !== '' || url.hash !== '') {
    const hint = type === 'azure-openai' ? 'The version goes into api_version.' : undefined
    report.problem(at('base_url'), 'must not have a query or fragment.', hint)
  } else if (type === 'azure-openai' && url.pathname.includes('/deployments')) {
    report.problem(
      at('base_url'),
      'is the address of one deployment.',
      'Leave out /openai/deployments/…; the deployment is the model of a target.',
    )
  } else if (/\/(chat\/completions|completions|embeddings|models|messages|responses)\/*$/.test(url.pathname)) {
    report.problem(
      at('base_url'),
      'is the address of one endpoint.',
      'Leave out the last part; it usually ends in /v1.',
    )
  }
}

function checkKeys({ name, type, api_keys: keys, api_key: key }: ProviderFile, at: At, report: Report): void {
  if (keys && key !== undefined) report.problem(at('api_key'), 'stands beside api_keys.', 'Use one of them.')
  for (const [index, value] of (keys ?? []).entries()) checkKey(value, at('api_keys', index), report)
  if (key !== undefined) checkKey(key, at('api_key'), report)
  const usable = [...(keys ?? []), key ?? ''].filter((value) => value !== '')
  if (NEEDS_KEY.has(type) && usable.length === 0)
    report.warning(at(), `("${name}") has no API key: requests go out without one.`)
  if (new Set(usable).size < usable.length) report.warning(at('api_keys'), 'holds the same key twice; it is used once.')
}

const NEEDS_KEY = new Set(['openai', 'azure-openai', 'anthropic', 'gemini'])

function checkHeaders({ headers }: ProviderFile, at: At, report: Report): void {
  const seen = new Set<string>()
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase()
    if (!isHeaderName(name)) report.problem(at('headers', name), 'is not a header name.')
    else if (OWN_HEADERS.has(lower)) report.problem(at('headers', name), 'is set by the gateway itself.')
    else if (seen.has(lower)) report.problem(at('headers', name), 'is given twice; header names ignore case.')
    if (!/^[\t\x20-\x7e]*$/.test(value))
      report.problem(at('headers', name), 'has a value that an HTTP header cannot carry.')
    seen.add(lower)
  }
}
