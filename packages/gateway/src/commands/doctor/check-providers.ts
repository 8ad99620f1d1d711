// Can each provider be reached, and with `--online`, does it take each key?
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Config, ProviderConfig } from '../../config/config.ts'
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
  try {
    await reach(url, provider.caPem)
  } catch (error) {
    return [
      {
        level: 'bad',
        topic,
        text: `${name}: ${url.origin} cannot be reached: ${reasonOf(error)}`,
        fix: fixFor(error, url),
      },
    ]
  }
  const tookMs = Math.round(performance.now() - startedAtMs)
  const reached: Finding = { level: 'good', topic, text: `${name}: ${url.origin} can be reached (${tookMs} ms).` }
  if (!online) return [reached]
  const checks = apiKeys.map((key, index) =>
    checkKey(provider, key, apiKeys.length > 1 ? `${name}#${index + 1}` : name),
  )
  return [reached, ...(await Promise.all(checks)).flat()]
}

/** Resolves when a connection stands, TLS included; rejects with the system's or OpenSSL's error. */
async function reach(url: URL, caPem: string | undefined): Promise<void> {
  const secure = url.protocol === 'https:'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const socket: Socket = secure
    ? connectTls({ host, port, servername: host, ...(caPem === undefined ? {} : { ca: caPem }) }, resolve)
    : connectTcp({ host, port }, resolve)
  socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)))
  socket.on('error', reject)
  try {
    await promise
  } finally {
    socket.destroy()
  }
}

async function checkKey(provider: ProviderConfig, key: string, name: string): Promise<readonly Finding[]> {
  const headers: Record<string, string> = { ...provider.headers }
  if (key !== '') headers['authorization'] = `Bearer ${key}`
  let reply: Response
  try {
    reply = await fetch(provider.baseUrl + provider.healthPath, {
      headers,
      signal: AbortSignal.timeout(2 * TIMEOUT_MS),
      redirect: 'manual',
    })
    await reply.body?.cancel()
  } catch (error) {
    return [{ level: 'bad', topic, text: `${name}: GET ${provider.healthPath} failed: ${reasonOf(error)}` }]
  }
  const findings: Finding[] = [keyFinding(name, provider, reply.status)]
  const dateMs = Date.parse(reply.headers.get('date') ?? '')
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

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  // fetch wraps the reason; several addresses make an AggregateError with the code on it.
  if ('code' in error && typeof error.code === 'string') return error.code
  return error.cause === undefined ? '' : codeOf(error.cause)
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
  const code = codeOf(error)
  const message = error instanceof Error ? error.message : String(error)
  return REASONS[code] === undefined ? message || code : `${REASONS[code]} (${code}).`
}

function fixFor(error: unknown, url: URL): string {
  const code = codeOf(error)
  if (code === 'ECONNREFUSED') return `start the server at ${url.origin}, or correct base_url.`
  if (code === 'ENOTFOUND') return 'correct base_url, or the DNS of this machine.'
  if (/CERT|SIGN/.test(code)) return 'give its authority with ca_file, or let this machine trust it.'
  return 'look at the network and firewall between this machine and the provider.'
}
