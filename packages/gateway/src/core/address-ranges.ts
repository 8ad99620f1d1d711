// Sets of IP addresses, written as single ones and CIDR ranges.

import { BlockList, isIP } from 'node:net'

/** `10.0.0.0/8`, `::1`: an address, with or without the length of its prefix. */
export function isAddressRange(range: string): boolean {
  const [address = '', bits, ...rest] = range.split('/')
  const family = isIP(address)
  // An address with a zone means something else on every machine.
  if (family === 0 || rest.length > 0 || address.includes('%')) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
}

export class AddressRanges {
  /** Apart: to a `BlockList`, every IPv4 address is in `::/0`. */
  readonly #ipv4 = new BlockList()
  readonly #ipv6 = new BlockList()

  /** @param ranges each as `isAddressRange` takes it */
  constructor(ranges: readonly string[]) {
    for (const range of ranges) {
      const [address = '', bits] = range.split('/')
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
      const list = family === 'ipv6' ? this.#ipv6 : this.#ipv4
      list.addSubnet(address, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family)
    }
  }

  /** IPv4 addresses that come dressed as IPv6 (`::ffff:10.0.0.1`) are found too. */
  has(address: string): boolean {
    const plain = address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address
    const family = isIP(plain)
    if (family === 0) return false
    return family === 6 ? this.#ipv6.check(plain, 'ipv6') : this.#ipv4.check(plain, 'ipv4')
  }
}
