// The address of whoever is calling, behind proxies too. What a header says counts only as far as the operator's own
// proxies wrote it (`server.trusted_proxies`): anybody can send `X-Forwarded-For: 10.0.0.1`, and a rule about addresses
// that believed it would be no rule.
import { isIP } from 'node:net'
import type { AddressRanges } from '../core/address-ranges.ts'

type Headers = Readonly<Record<string, string | string[] | undefined>>

/**
 * The first address, from our end of the way, that is not a trusted proxy's; '' where a trusted proxy hides it.
 * `Forwarded` (RFC 7239) goes before `X-Forwarded-For`, and that before `X-Real-IP`.
 * @param peer of the connection; '' = unknown
 */
export function clientAddress(peer: string, headers: Headers, proxies: AddressRanges): string {
  const own = plainAddress(peer)
  if (own === '' || !proxies.has(own)) return own
  const hops = hopsOf(headers)
  if (hops === null) return own
  for (let index = hops.length - 1; index >= 0; index--) {
    const address = plainAddress(hops[index] ?? '')
    // `unknown`, an obfuscated name, garbage: whoever it is, it is not one of ours, and what stands before it is hearsay.
    if (address === '') return ''
    if (!proxies.has(address)) return address
  }
  // Proxies all the way: the first of them is the client.
  return plainAddress(hops[0] ?? '') || own
}

/** Nothing between quotes is left open: a client that opens one could swallow what our proxy writes behind it. */
const WHOLE = /^(?:[^"]|"(?:[^"\\]|\\.)*")*$/
const HIDDEN = ['']

/** From the client to us; null = the proxy says nothing. */
function hopsOf(headers: Headers): readonly string[] | null {
  const forwarded = textOf(headers['forwarded'])
  if (forwarded !== null) return WHOLE.test(forwarded) ? elements(forwarded).map(forOf) : HIDDEN
  const chain = textOf(headers['x-forwarded-for'])
  if (chain !== null) return chain.split(',').map((hop) => hop.trim())
  const real = textOf(headers['x-real-ip'])
  return real === null ? null : [real.trim()]
}

/** Node joins repeated headers with commas, in the order in which they came. */
function textOf(value: string | string[] | undefined): string | null {
  if (value === undefined) return null
  const text = typeof value === 'string' ? value : value.join(',')
  return text.trim() === '' ? null : text
}

/** The elements of a `Forwarded` header; commas within quotes separate nothing. */
function elements(text: string): readonly string[] {
  return text.match(/(?:[^,"]|"(?:[^"\\]|\\.)*")+/g) ?? []
}

function forOf(element: string): string {
  const value = /(?:^|;)\s*for\s*=\s*("(?:[^"\\]|\\.)*"|[^;\s]*)/i.exec(element)?.[1] ?? ''
  return value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/g, '$1') : value
}

/** Without port, brackets, zone, or the dress of IPv6 around an IPv4 address; '' when it is no address. */
function plainAddress(text: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1]
  const address = bracketed ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text)?.[1] ?? text
  const plain = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address.replace(/%.*$/, '')
  return isIP(plain) === 0 ? '' : plain
}
