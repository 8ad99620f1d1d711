import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AddressRanges } from '../core/address-ranges.ts'
import { clientAddress } from './client-address.ts'

const PROXIES = new AddressRanges(['10.0.0.0/8', '2001:db8::/32'])
const behind = (headers: Record<string, string | string[]>, peer = '10.0.0.1'): string =>
  clientAddress(peer, headers, PROXIES)

/** Made of what the grammar of `Forwarded` is made of. */
const lies = fc
  .array(fc.constantFrom('for=', '192.0.2.66', '"', '\\', ',', ';', ' ', '=', 'by', '"192.0.2.66'), { maxLength: 9 })
  .map((parts) => parts.join(''))

describe('The address of a client', () => {
  it('is the peer’s own, whatever it says, unless that is one of the operator’s proxies', () => {
    const headers = { 'x-forwarded-for': '192.0.2.1', forwarded: 'for=192.0.2.1', 'x-real-ip': '192.0.2.1' }
    expect(behind(headers, '203.0.113.9')).toBe('203.0.113.9')
    expect(behind(headers, '::ffff:203.0.113.9')).toBe('203.0.113.9')
    expect(behind(headers, '')).toBe('')
    expect(clientAddress('10.0.0.1', headers, new AddressRanges([]))).toBe('10.0.0.1')
  })

  it('is the last one in the chain that no proxy of ours has', () => {
    expect(behind({ 'x-forwarded-for': '203.0.113.9' })).toBe('203.0.113.9')
    expect(behind({ 'x-forwarded-for': '203.0.113.9, 10.2.2.2' }, '::ffff:10.0.0.1')).toBe('203.0.113.9')
    // What the client wrote itself stands before what our proxy added.
    expect(behind({ 'x-forwarded-for': '127.0.0.1, 192.0.2.66, 203.0.113.9,10.2.2.2' })).toBe('203.0.113.9')
    expect(behind({ 'x-forwarded-for': ['192.0.2.66', '203.0.113.9'] })).toBe('203.0.113.9')
    expect(behind({ 'x-forwarded-for': '10.9.9.9, 10.2.2.2' })).toBe('10.9.9.9')
    expect(behind({})).toBe('10.0.0.1')
    expect(behind({ 'x-forwarded-for': ' ' })).toBe('10.0.0.1')
  })

  it('is read from every way to write it', () => {
    expect(behind({ 'x-forwarded-for': '203.0.113.9:4711' })).toBe('203.0.113.9')
    expect(behind({ 'x-forwarded-for': '[2001:db9::1]:4711' })).toBe('2001:db9::1')
    expect(behind({ 'x-forwarded-for': '::ffff:203.0.113.9' })).toBe('203.0.113.9')
    expect(behind({ forwarded: 'for=192.0.2.66, For="[2001:db9::1]:80";proto=https;by=10.0.0.1' })).toBe('2001:db9::1')
    expect(behind({ forwarded: 'proto=https;for=203.0.113.9' })).toBe('203.0.113.9')
    expect(behind({ forwarded: 'for="203.0.113.9", for=10.2.2.2' })).toBe('203.0.113.9')
    expect(behind({ 'x-real-ip': '203.0.113.9' })).toBe('203.0.113.9')
    expect(behind({ 'x-forwarded-for': '203.0.113.9', 'x-real-ip': '192.0.2.66' })).toBe('203.0.113.9')
    expect(behind({ forwarded: 'for=203.0.113.9', 'x-forwarded-for': '192.0.2.66' })).toBe('203.0.113.9')
  })

  it('is none where a proxy hides it, and nothing that stands further off is believed then', () => {
    for (const hop of ['unknown', '_hidden', 'x', '1.2.3', '""', '']) {
      expect(behind({ forwarded: `for=192.0.2.66, for=${hop}` })).toBe('')
      if (hop !== '') expect(behind({ 'x-forwarded-for': `192.0.2.66, ${hop}` })).toBe('')
    }
    expect(behind({ forwarded: 'for=192.0.2.66, proto=https' })).toBe('')
    expect(behind({ forwarded: 'for="192.0.2.66, for=203.0.113.9' })).toBe('')
  })

  it('is never what a client can choose, behind one honest proxy', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), lies), (lie) => {
        const said = lie.replaceAll(/[\r\n]/g, '')
        expect(behind({ 'x-forwarded-for': `${said}, 203.0.113.9` })).toBe('203.0.113.9')
        for (const own of ['for=203.0.113.9', 'by="10.0.0.1";for="203.0.113.9:80"']) {
          expect(['203.0.113.9', '']).toContain(behind({ forwarded: `${said}, ${own}` }))
        }
      }),
    )
  })
})
