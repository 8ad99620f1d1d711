// Signature Version 4 over the requests of one Bedrock endpoint, by AWS's own implementation with node's hashes. Loaded
// when the first request is signed; hashing is proportional to the body, so it is done once, on the bytes that are sent.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html

import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto'
import type { Lines, SignableRequest } from '../adapter.ts'

export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

export interface RequestSignerOptions {
  /** With its port, where that is not the usual one: as it stands in the `host` header. */
  readonly host: string
  readonly region: string
  /** Unix ms. */
  readonly now: () => number
  readonly service?: string
}

type SourceData = string | ArrayBuffer | ArrayBufferView

/** The shape in which AWS's code wants a hash: HMAC with a key, SHA-256 without. */
export class NodeSha256 {
  readonly #hash: Hash | Hmac

  constructor(secret?: SourceData) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret))
  }

  update(data: SourceData): void {
    this.#hash.update(bytesOf(data))
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest())
  }

  reset(): void {
    throw new Error('a hash of node starts once')
  }
}

function bytesOf(data: SourceData): string | Uint8Array {
  if (typeof data === 'string') return data
  if (data instanceof ArrayBuffer) return new Uint8Array(data)
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

export class RequestSigner {
  readonly #options: RequestSignerOptions

  constructor(options: RequestSignerOptions) {
    this.#options = options
  }

  /** The lines that the request needs beside `content-type: application/json`, which is signed too. */
  async sign(request: Omit<SignableRequest, 'secret'>, credentials: AwsCredentials): Promise<Lines> {
    const { SignatureV4 } = await import('@smithy/signature-v4')
    const { host, region, now, service = 'bedrock' } = this.#options
    const signer = new SignatureV4({ service, region, credentials, sha256: NodeSha256 })
    const [path = '', query = ''] = request.path.split('?')
    const signed = await signer.sign(
      {
        method: request.method,
        protocol: 'https:',
        hostname: host,
        path,
        query: Object.fromEntries(new URLSearchParams(query)),
        headers: { host, 'content-type': 'application/json' },
        body: request.body,
      },
      { signingDate: new Date(now()) },
    )
    return Object.entries(signed.headers)
      .filter(([name]) => name !== 'host' && name !== 'content-type')
      .flat()
  }
}
