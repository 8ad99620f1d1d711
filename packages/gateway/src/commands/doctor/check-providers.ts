// Can each provider be reached, and with `--online`, does it take each key?
import type { Config, ProviderConfig } from '../../config/config.ts'
import { errorCode } from '../../core/error-code.ts'
import { adapterFor } from '../../providers/adapters.ts'
import { tryConnect } from '../../providers/connect.ts'
import { hasModelList, listModels } from '../../providers/list-models.ts'
import type { Finding } from './finding.ts'

const topic = 'provider'
const TIMEOUT_MS = 5000
const CLOCK_SKEW_MS = 120_000

export async function checkProviders(config: Config, online: boolean): Promise<readonly Finding[]> {
  const real = config.providers.filter(({ type }) => type !== 'simulator')
  const findings = await Promise.all(real.map((provider) => checkProvider(provider, online)))
  return findings.flat()
}

async function checkProvider(provider: ProviderConfig, online: boolean): Promise<readonly Finding[]> {
  const { name, baseUrl, apiKeys } = provider
  const url = new URL(baseUrl)
  const startedAtMs = performance.now()
  const error = await tryConnect(provider, TIMEOUT_MS)
  if (error !== null) {
    const text = `${name}: ${url.origin} cannot be reached: ${reasonOf(error)}`
    return [{ level: 'bad', topic, text, fix: fixFor(error, url) }]
  }
  const tookMs = Math.round(performance.now() - startedAtMs)
  const reached: Finding = { level: 'good', topic, text: `${name}: ${url.origin} can be reached (${tookMs} ms).` }
  if (!online) return [reached]
  // Where there is no list to ask for, a key can only be tried by using it; but where it comes from can be asked.
  const check = hasModelList(provider) ? checkKey : checkCredentials
  const checks = apiKeys.map((key, index) => check(provider, key, apiKeys.length > 1 ? `${name}#${index + 1}` : name))
  return [reached, ...(await Promise.all(checks)).flat()]
}

/** Whether there are credentials to be had: Google's token, AWS's key pair. */
async function checkCredentials(provider: ProviderConfig, secret: string, name: string): Promise<readonly Finding[]> {
  const { sign } = adapterFor(provider)
  try {
    const lines = await sign?.({ secret, method: 'POST', path: '/', body: Buffer.alloc(0) })
    if (lines === undefined || lines.length === 0) return []
    return [{ level: 'good', topic, text: `${name}: there are credentials to sign requests with.` }]
  } catch (error) {
    const fix = 'look at the credentials of this provider in the configuration or the environment.'
    return [{ level: 'bad', topic, text: `${name}: no credentials: ${reasonOf(error)}`, fix }]
  }
}

async function checkKey(provider: ProviderConfig, key: string, name: string): Promise<readonly Finding[]> {
  const reply = await listModels(provider, 2 * TIMEOUT_MS, key)
  if (reply.status === 0) {
    const reason = reply.ok ? '' : (REASONS[reply.code] ?? reply.reason)
    return [{ level: 'bad', topic, text: `${name}: GET ${provider.healthPath} failed: ${reason}` }]
  }
  const findings: Finding[] = [keyFinding(name, provider, reply.status)]
  const dateMs = Date.parse(reply.date)
  if (Math.abs(Date.now() - dateMs) > CLOCK_SKEW_MS) {
    const text = `${name} says it is ${new Date(dateMs).toISOString()}; this machine's clock is off by ${Math.round(Math.abs(Date.now() - dateMs) / 1000)} s.`
    findings.push({ level: 'warn', topic: 'clock', text, fix: 'set the clock (timedatectl set-ntp true).' })
  }
  return findings
}

function keyFinding(name: string, provider: ProviderConfig, status: number): Finding {
  const path = `GET ${provider.healthPath}`
  if (status >= 200 && status < 300) return { level: 'good', topic, text: `${name}: the key works.` }
  if (status === 401)
    return {
      level: 'bad',
      topic,
      text: `${name}: the provider refuses the key (401).`,
      fix: 'put a valid key in the configuration or the environment.',
    }
  if (status === 403)
    return { level: 'warn', topic, text: `${name}: the key may not list models (403); it may still serve them.` }
  if (status === 429 || status === 402)
    return {
      level: 'warn',
      topic,
      text: `${name}: the key is known, and out of quota or at its limit (${status}).`,
      fix: 'look at the balance and limits of the account at the provider.',
    }
  if (status === 404)
    return {
      level: 'warn',
      topic,
      text: `${name}: ${path} is not there (404).`,
      fix: 'look whether base_url ends as the provider documents it (often in /v1), or set health_path.',
    }
  return { level: 'warn', topic, text: `${name}: ${path} answered ${status}.` }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name is unknown',
  EAI_AGAIN: 'names cannot be resolved just now',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'it hung up',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no network to it',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate comes from an authority that is not trusted here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate comes from an authority that is not trusted here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate comes from an authority that is not trusted here',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
}

function reasonOf(error: unknown): string {
  // Several addresses make an AggregateError with the code on it.
  const code = errorCode(error) ?? ''
  const message = error instanceof Error ? error.message : String(error)
  return REASONS[code] === undefined ? message || code : `${REASONS[code]} (${code}).`
}

function fixFor(error: unknown, url: URL): string {
  const code = errorCode(error) ?? ''
  if (code === 'ECONNREFUSED') return `start the server at ${url.origin}, or correct base_url.`
  if (code === 'ENOTFOUND') return 'correct base_url, or the DNS of this machine.'
  if (/CERT|SIGN/.test(code)) return 'give its authority with ca_file, or let this machine trust it.'
  return 'look at the network and firewall between this machine and the provider.'
}
