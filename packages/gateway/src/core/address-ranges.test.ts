import { describe, expect, it } from 'vitest'
import { AddressRanges, isAddressRange } from './address-ranges.ts'

describe('address ranges', () => {
  it.each(['10.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8', '0.0.0.0/0'])('take %s', (range) => {
    expect(isAddressRange(range)).toBe(true)
  })

  it.each(['', '10.0.0', '10.0.0.0/33', '::1/129', '10.0.0.0/8/8', 'fe80::1%eth0', 'localhost', '10.0.0.0/'])(
    'refuse %j',
    (range) => {
      expect(isAddressRange(range)).toBe(false)
    },
  )

  it('keep the two families apart, whichever is written wider', () => {
    expect(new AddressRanges(['::/0']).has('10.0.0.1')).toBe(false)
    expect(new AddressRanges(['0.0.0.0/0']).has('fd00::1')).toBe(false)
  })

  it('know their members, IPv4 in IPv6 too', () => {
    const ranges = new AddressRanges(['10.0.0.0/8', '192.0.2.7', 'fd00::/8'])
    for (const inside of ['10.255.0.1', '::ffff:10.1.2.3', '192.0.2.7', 'fd12::1'])
      expect(ranges.has(inside)).toBe(true)
    for (const outside of ['11.0.0.1', '192.0.2.8', 'fe80::1', '', 'x']) expect(ranges.has(outside)).toBe(false)
  })
})
