// What the outside can see: private addresses on a public page, keys on an open wire.
import { isIP } from 'node:net'
import type { Config } from '../../config/config.ts'
import type { Finding } from './finding.ts'

const topic = 'exposure'

export function checkExposure(config: Config): readonly Finding[] {
  const { host, publicUrl } = config.server
  if (isLoopback(host) && publicUrl === '') {
    return [{ level: 'good', topic, text: `Only this machine reaches ${host}:${config.server.port}.` }]
  }
  const findings: Finding[] = []
  const shown = config.providers.filter(({ type, baseUrl }) => type !== 'simulator' && isPrivate(hostOf(baseUrl)))
  if (config.health.detail === 'full' && shown.length > 0) {
    const names = shown.map(
      ({ name, baseUrl }) => `${name} (${URL.canParse(baseUrl) ? new URL(baseUrl).origin : baseUrl})`,
    )
    findings.push({
      level: 'warn',
      topic,
      text: `/health is open to everybody and shows private addresses: ${names.join(', ')}.`,
      fix: 'set health: { detail: names }, or status to show less still.',
    })
  }
  if (!publicUrl.startsWith('https://')) {
    findings.push({
      level: 'warn',
      topic,
      text: `It listens on ${host} without TLS: keys and prompts can be read on the way.`,
      fix: 'put a proxy with TLS before it and set server: { public_url: https://... }.',
    })
  }
  return findings.length > 0
    ? findings
    : [{ level: 'good', topic, text: `Reached through ${publicUrl}; /health shows nothing private.` }]
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, '') : ''
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}

/** Private networks (RFC 1918, RFC 4193), link-local, CGNAT, and names that only a private network knows. */
export function isPrivate(host: string): boolean {
  if (isLoopback(host)) return true
  if (isIP(host) === 4) {
    const [first = 0, second = 0] = host.split('.').map(Number)
    if (first === 10 || (first === 192 && second === 168) || (first === 169 && second === 254)) return true
    return (first === 172 && second >= 16 && second <= 31) || (first === 100 && second >= 64 && second <= 127)
  }
  if (isIP(host) === 6) return /^f[cd]|^fe[89ab]/i.test(host)
  return host !== '' && (!host.includes('.') || /\.(local|internal|lan|home\.arpa|svc|cluster\.local)$/i.test(host))
}
