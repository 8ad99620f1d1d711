// What was asked, in each of its forms: bytes, parsed JSON, a conversation. Each is made when somebody needs it, once for
// all upstreams that are tried, and let go of when nobody else can be asked.

import type { Conversation, Part } from '../core/conversation.ts'
import { GatewayError } from '../core/errors.ts'
import { isJsonObject, parseJson, type JsonObject } from '../core/json.ts'
import { lastEnvelope, originAt, SealEnvelope } from '../core/seal-envelope.ts'
import { CLIENT_DIALECTS } from '../dialects/client-dialects.ts'
import { OUR_REASONING_ID } from '../dialects/openai-responses/wire.ts'
import type { ClientDialectName } from '../dialects/pass-dialects.ts'
import { spliceRequest, type ScannedRequest } from '../dialects/pass-request.ts'
import { hasRemoteMedia, MEDIA_LIMITS, withFetchedMedia } from './fetch-media.ts'
import type { RelayPorts, RelayRequest } from './ports.ts'

const NOTHING = Buffer.alloc(0)

export class Asked {
  readonly #ports: RelayPorts
  readonly #request: RelayRequest
  readonly #scan: ScannedRequest
  /** The place of the last envelope of ours in the body; -1 = there is none. */
  readonly #envelopeAt: number
  #parsed: JsonObject | null = null
  #conversation: Conversation | null = null

  constructor(ports: RelayPorts, request: RelayRequest, scan: ScannedRequest) {
    this.#ports = ports
    this.#request = request
    this.#scan = scan
    this.#envelopeAt = request.endpoint.operation === 'generate' ? lastEnvelope(scan.text) : -1
  }

  /**
   * The bytes cannot pass: the body is in another shape than its path promises (H74), it brings back reasoning in our
   * envelope, which no provider reads, or under an id of ours, which none has ever heard of; or the answer is to be a JSON
   * array.
   */
  get needsDecoding(): boolean {
    const { path, endpoint } = this.#request
    if ((path.arrayStream && this.#scan.stream) || this.#envelopeAt !== -1 || this.#otherShape !== null) return true
    return endpoint.dialect === 'openai-responses' && this.#scan.text.includes(OUR_REASONING_ID)
  }

  /** The deployment that made, or waits for, what the request brings back; null = none is known. */
  get origin(): string | null {
    const { principal, endpoint } = this.#request
    const { text } = this.#scan
    const carried = this.#envelopeAt === -1 ? null : originAt(text, this.#envelopeAt)
    return carried ?? this.#ports.seals.originOf(principal.accountId, text, endpoint.dialect)
  }

  get #otherShape(): ClientDialectName | null {
    const { dialect, operation } = this.#request.endpoint
    if (operation !== 'generate') return null
    const { hasInput, hasMessages } = this.#scan
    if (dialect === 'openai-chat' && hasInput && !hasMessages) return 'openai-responses'
    return dialect === 'openai-responses' && hasMessages && !hasInput ? 'openai-chat' : null
  }

  /** The client's bytes with another model's name. */
  spliced(upstreamModelJson: string, askForUsage: boolean): Buffer {
    return spliceRequest(this.#scan, this.#request.body, upstreamModelJson, askForUsage)
  }

  /** @throws {GatewayError} `invalid_request` */
  parsed(): JsonObject {
    if (this.#parsed !== null) return this.#parsed
    let value
    try {
      value = parseJson(this.#request.body.toString('utf8'))
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      throw new GatewayError('invalid_request', `The body is not valid JSON: ${detail}.`)
    }
    if (!isJsonObject(value)) throw new GatewayError('invalid_request', 'The body must be a JSON object.')
    return (this.#parsed = value)
  }

  /** @throws {GatewayError} `invalid_request`, naming the field */
  conversation(): Conversation {
    if (this.#conversation !== null) return this.#conversation
    const { endpoint, path, headers, principal } = this.#request
    const shape = this.#otherShape
    const context = { model: path.model, stream: path.stream, envelope: this.envelope('') }
    const decoded = CLIENT_DIALECTS[shape ?? endpoint.dialect].decodeRequest(this.parsed(), context)
    const betas = headers['anthropic-beta']
    const conversation: Conversation = {
      ...decoded,
      // Asked for by the body that came, not by the dialect that it was read as.
      ...(shape === null ? {} : { usageAsked: this.#scan.usageAsked }),
      ...(typeof betas === 'string'
        ? { extensions: { ...decoded.extensions, anthropic_beta: betas.split(',').map((beta) => beta.trim()) } }
        : {}),
    }
    return (this.#conversation = this.#ports.seals.restore(principal.accountId, conversation))
  }

  /** What a reply may need of all this while it streams: nothing of what was said. */
  withoutHistory(): { readonly conversation: Conversation; readonly body: JsonObject } {
    const { input: _, messages: __, contents: ___, ...body } = withoutOurs(this.parsed())
    return { conversation: { ...this.conversation(), turns: [] }, body }
  }

  /** Of the body, without its history; none when it has been let go of. */
  members(): JsonObject {
    if (this.#request.body.length === 0) return {}
    const { input: _, ...members } = withoutOurs(this.parsed())
    return members
  }

  /** @param taken parts that the upstream takes by URL */
  hasRemoteMedia(taken: ReadonlySet<Part['type']>): boolean {
    return hasRemoteMedia(this.conversation(), taken)
  }

  /**
   * @param taken parts that the upstream takes by URL
   * @param hold takes room for bytes; false = the process holds too much already
   * @throws {GatewayError} `invalid_request`, naming the part that cannot be had
   */
  async fetchMedia(
    taken: ReadonlySet<Part['type']>,
    signal: AbortSignal,
    hold: (bytes: number) => boolean,
  ): Promise<void> {
    if (!this.#ports.config().server.fetchMedia) {
      const message =
        'This gateway does not fetch what a URL points to, and the upstream only takes bytes. Send the data itself.'
      throw new GatewayError('invalid_request', message)
    }
    this.#conversation = await withFetchedMedia(this.conversation(), taken, { ...MEDIA_LIMITS, signal, hold })
  }

  /** Whose envelopes this client may open. @param origin the deployment that closes new ones */
  envelope(origin: string): SealEnvelope {
    return new SealEnvelope(this.#ports.sealKey, this.#request.principal.accountId, origin)
  }

  /** Nobody else will be asked. */
  letGo(): void {
    this.#request.body = NOTHING
    this.#scan.text = ''
    this.#parsed = null
    this.#conversation = null
  }
}

/** What a reply says is ours to say, whatever a request has under these names. */
function withoutOurs(body: JsonObject): JsonObject {
  const { id: _, created_at: __, ...members } = body
  return members
}
