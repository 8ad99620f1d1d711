// Who is at the other end of a connection, and how many connections one address may have. All clients behind a proxy have
// its address, so proxies that are known as such are exempt, and so is this machine.

import type { Socket } from 'node:net'
import type { Config } from '../config/config.ts'
import { AddressRanges } from '../core/address-ranges.ts'
import { GatewayError } from '../core/errors.ts'
import { clientAddress } from './client-address.ts'
import { answerRaw } from './raw-answers.ts'
import type { RequestHead } from './request-head.ts'

const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1'])

export class ConnectionGuard {
  readonly #config: () => Config['server']
  readonly #countByAddress = new Map<string, number>()
  #proxies: { of: readonly string[]; ranges: AddressRanges } = { of: [], ranges: new AddressRanges([]) }

  constructor(config: () => Config['server']) {
    this.#config = config
  }

  /** Counts a new connection. @returns false for one too many, which is answered here and not to be listened to */
  meet(socket: Socket): boolean {
    const address = socket.remoteAddress
    if (address === undefined || LOOPBACK.has(address)) return true
    const { maxConnectionsPerAddress } = this.#config()
    const count = (this.#countByAddress.get(address) ?? 0) + 1
    if (count > maxConnectionsPerAddress && !this.#trustedProxies.has(address)) {
      socket.on('error', () => socket.destroy())
      const message = `More than ${maxConnectionsPerAddress} connections from one address. Use fewer at once.`
      answerRaw(socket, new GatewayError('rate_limit_exceeded', message, { retryAfterSeconds: 1 }))
      return false
    }
    this.#countByAddress.set(address, count)
    socket.once('close', () => {
      const left = (this.#countByAddress.get(address) ?? 1) - 1
      if (left === 0) this.#countByAddress.delete(address)
      else this.#countByAddress.set(address, left)
    })
    return true
  }

  /** The client's own address, as far as the operator's proxies tell; '' where it is not known. */
  clientOf(request: RequestHead): string {
    return clientAddress(request.socket.remoteAddress ?? '', request.headers, this.#trustedProxies)
  }

  get #trustedProxies(): AddressRanges {
    const { trustedProxies } = this.#config()
    if (this.#proxies.of !== trustedProxies) {
      this.#proxies = { of: trustedProxies, ranges: new AddressRanges(trustedProxies) }
    }
    return this.#proxies.ranges
  }
}
