// What the shape alone cannot tell about `server`, `brand` and the times: addresses, origins, header names.
import { isAddressRange } from '../core/address-ranges.ts'
import type { Report } from './report.ts'
import type { ConfigFile } from './schema.ts'

/** RFC 9110, section 5.6.2. */
const HEADER_TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const MIN_MASTER_KEY_LENGTH = 16

export function checkServer({ server, brand, timeouts, health, balancer }: ConfigFile, report: Report): void {
  if (server.master_key !== undefined) {
    const fault = masterKeyFault(server.master_key)
    if (fault) report.problem(['server', 'master_key'], fault.message, fault.hint)
  }
  for (const name of ['host', 'admin_host'] as const) {
    if (!/^[\w.:%-]+$/.test(server[name])) {
      report.problem(['server', name], 'is not an address or host name.', 'Write 127.0.0.1, 0.0.0.0 or ::1.')
    }
  }
  if (server.admin_port === server.port && server.port !== 0) {
    report.problem(['server', 'admin_port'], 'is the port of the models as well.', 'Give it another one.')
  }
  if (server.public_url !== '' && !isHttpUrl(server.public_url)) {
    report.problem(['server', 'public_url'], 'is not an http:// or https:// address.')
  }
  for (const [index, origin] of server.cors.entries()) {
    if (origin !== '*' && URL.parse(origin)?.origin !== origin) {
      report.problem(
        ['server', 'cors', index],
        'is not an origin.',
        'Write it as https://app.example.com, without a path, or "*".',
      )
    }
  }
  for (const [index, range] of server.trusted_proxies.entries()) {
    if (!isAddressRange(range))
      report.problem(
        ['server', 'trusted_proxies', index],
        'is not an IP address or CIDR range.',
        'Write it as 10.0.0.0/8.',
      )
  }
  if (server.max_body_bytes > server.max_bytes_in_flight) {
    report.problem(
      ['server', 'max_body_bytes'],
      'is larger than server.max_bytes_in_flight, so the largest bodies could never be taken.',
    )
  }
  if (!HEADER_TOKEN.test(brand.header_prefix) || brand.header_prefix.endsWith('-')) {
    report.problem(
      ['brand', 'header_prefix'],
      'is not the start of a header name.',
      'Use letters, digits and dashes, and leave out the last dash: X-Fairlead.',
    )
  }
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(brand.key_prefix)) {
    report.problem(
      ['brand', 'key_prefix'],
      'may only hold letters, digits, "-" and "_", and starts with a letter or digit.',
    )
  }
  if (/[\p{Cc}\p{Cf}]/u.test(brand.name)) report.problem(['brand', 'name'], 'holds a control character.')
  if (/[\s*\p{Cc}]/u.test(brand.auto_model)) report.problem(['brand', 'auto_model'], 'is not a model id.')
  if ((timeouts.first_byte_ms ?? 0) > timeouts.total_ms) {
    report.warning(['timeouts', 'first_byte_ms'], 'is longer than timeouts.total_ms, which ends the request first.')
  }
  if (health.timeout_ms > health.interval_ms) {
    report.warning(
      ['health', 'timeout_ms'],
      'is longer than health.interval_ms: checks of a slow provider will overlap.',
    )
  }
  if (balancer.breaker.open_ms > balancer.breaker.max_open_ms) {
    report.problem(['balancer', 'breaker', 'open_ms'], 'is longer than balancer.breaker.max_open_ms.')
  }
}

/** Why a text cannot be the master key; empty means none, and is fine. */
export function masterKeyFault(key: string): { message: string; hint?: string } | undefined {
  if (key === '') return undefined
  if (key.length < MIN_MASTER_KEY_LENGTH) {
    const hint = 'Make one with: openssl rand -hex 24'
    return { message: `is shorter than ${MIN_MASTER_KEY_LENGTH} characters.`, hint }
  }
  if (!/^[\x20-\x7e]+$/.test(key) || key.trim() !== key) {
    return {
      message: 'holds characters that an HTTP header cannot carry.',
      hint: 'Use printable ASCII without spaces at the ends.',
    }
  }
  return undefined
}

export function isHeaderName(name: string): boolean {
  return HEADER_TOKEN.test(name)
}

/** An absolute http(s) address without credentials. */
export function isHttpUrl(text: string): boolean {
  const url = URL.parse(text)
  return (
    url !== null &&
    (url.protocol === 'http:' || url.protocol === 'https:') &&
    url.hostname !== '' &&
    url.username === '' &&
    url.password === ''
  )
}
