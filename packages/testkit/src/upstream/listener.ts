// The port: opens, closes and opens again under the same number, and knows every connection on it.
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { type CertificateKind, testCertificate } from './certificates.ts'

/** `handshake-stall` accepts TCP and never answers the handshake. */
export type TlsMode = CertificateKind | 'handshake-stall'

export class Listener {
  readonly #host: string
  readonly #tls: TlsMode | undefined
  readonly #onSocket: (socket: Socket) => void
  readonly #certificate: ReturnType<typeof testCertificate> | undefined
  #port: number
  #server: Server | undefined
  /** TCP sockets, those in a TLS handshake too. */
  readonly sockets = new Set<Socket>()

  constructor(host: string, port: number, tls: TlsMode | undefined, onSocket: (socket: Socket) => void) {
    this.#host = host
    this.#port = port
    this.#tls = tls
    this.#onSocket = onSocket
    if (tls !== undefined && tls !== 'handshake-stall') this.#certificate = testCertificate(tls)
  }

  get port(): number {
    return this.#port
  }

  get scheme(): 'http' | 'https' {
    return this.#tls === undefined ? 'http' : 'https'
  }

  /** PEM of the authority to trust, when the port speaks TLS. */
  get ca(): string | undefined {
    return this.#certificate?.ca
  }

  get listening(): boolean {
    return this.#server !== undefined
  }

  /** Opens the port; does nothing when it is open. Rejects when another program has it. */
  async open(): Promise<void> {
    if (this.#server !== undefined) return
    const server = this.#create()
    server.on('connection', (socket: Socket) => {
      this.sockets.add(socket)
      socket.on('close', () => this.sockets.delete(socket))
    })
    this.#server = server
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    server.once('error', reject)
    server.listen({ host: this.#host, port: this.#port, backlog: 4096 }, resolve)
    await promise
    const address = server.address()
    if (isAddressInfo(address)) this.#port = address.port
  }

  /** Closes the port: new connections are refused at once. Does not touch the ones that are there. */
  closePort(): void {
    this.#server?.close()
    this.#server = undefined
  }

  #create(): Server {
    if (this.#tls === undefined) return createServer({ noDelay: true }, this.#onSocket)
    if (this.#certificate === undefined) return createServer((socket) => socket.on('error', () => socket.destroy()))
    const server = createTlsServer({ key: this.#certificate.key, cert: this.#certificate.cert }, this.#onSocket)
    // A client that does not like the certificate hangs up: that is the point, not an error of ours.
    server.on('tlsClientError', (_error, socket) => socket.destroy())
    return server
  }
}

function isAddressInfo(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null
}
