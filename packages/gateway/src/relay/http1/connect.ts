// A connection to an upstream: TCP, or TLS over it.

import { connect as connectTcp, isIP, type Socket, type TcpNetConnectOpts } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Lookup } from '../dns-lookup.ts'

/** A probe of a connection that nothing is said on, so that what lies between does not forget it. */
const TCP_KEEP_ALIVE_MS = 60_000
/** The most that one read adds to what waits for a slow client. */
const READ_BYTES = 32 * 1024

export interface Origin {
  readonly isSecure: boolean
  /** Without the brackets of an IPv6 address. */
  readonly hostname: string
  readonly port: number
  readonly timeoutMs: number
  readonly lookup: Lookup
  /** PEM; instead of the system's authorities. */
  readonly ca?: string
}

/** One for all connections: a read is over before the next one begins, and what is kept of it is copied. */
const readBuffer = Buffer.allocUnsafeSlow(READ_BYTES)

export class Connector {
  readonly #origin: Origin
  /** Of TLS, so that the next handshake is a short one. */
  #session: Buffer | undefined

  constructor(origin: Origin) {
    this.#origin = origin
  }

  /**
   * @param onBytes `isOwned`: whether they may be kept; else they are good for the length of the call
   * @returns a socket that emits `error` where no connection could be made in time
   */
  open(onBytes: (bytes: Buffer, isOwned: boolean) => void, onConnect: () => void): Socket {
    const { isSecure, timeoutMs, hostname, port } = this.#origin
    const socket = isSecure ? this.#openTls(onBytes) : this.#openTcp(onBytes)
    const timer = setTimeout(() => {
      const error = new Error(`no connection to ${hostname}:${port} within ${timeoutMs} ms`)
      socket.destroy(Object.assign(error, { code: 'ETIMEDOUT' }))
    }, timeoutMs)
    timer.unref()
    socket.once('close', () => clearTimeout(timer))
    socket.once(isSecure ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer)
      onConnect()
    })
    return socket
  }

  #openTcp(onBytes: (bytes: Buffer, isOwned: boolean) => void): Socket {
    const callback = (count: number): boolean => {
      onBytes(readBuffer.subarray(0, count), false)
      return true
    }
    return connectTcp({ ...this.#common(), onread: { buffer: readBuffer, callback } })
  }

  /** TLS may hand out bytes while something is written: such reads need buffers of their own. */
  #openTls(onBytes: (bytes: Buffer, isOwned: boolean) => void): Socket {
    const { hostname, ca } = this.#origin
    const socket = connectTls({
      ...this.#common(),
      servername: isIP(hostname) === 0 ? hostname : '',
      ALPNProtocols: ['http/1.1'],
      ...(this.#session === undefined ? {} : { session: this.#session }),
      ...(ca === undefined ? {} : { ca }),
    })
    socket.on('session', (session) => (this.#session = session))
    socket.on('data', (bytes: Buffer) => onBytes(bytes, true))
    return socket
  }

  #common(): TcpNetConnectOpts {
    const { hostname, port, lookup } = this.#origin
    return { host: hostname, port, lookup, noDelay: true, keepAlive: true, keepAliveInitialDelay: TCP_KEEP_ALIVE_MS }
  }
}
