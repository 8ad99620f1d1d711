// Images and files that a request names by URL, fetched for providers that only take bytes.
//
// The address is ours to distrust: only http and https, only addresses on the internet (checked where the connection is
// made, so that a name cannot change its mind between the check and the use), every redirect checked anew, and caps on
// time, size and number.

import { lookup as systemLookup } from 'node:dns'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { Conversation, MediaSource, Part, Turn } from '../core/conversation.ts'
import { GatewayError } from '../core/errors.ts'
import { base64Source, normalMediaType } from '../core/media.ts'
import { isPublicAddress } from '../core/public-address.ts'

export interface MediaLimits {
  readonly maxBytes: number
  readonly timeoutMs: number
  /** Different URLs in one request. */
  readonly maxItems: number
  /** Tests serve from loopback. */
  readonly isAllowed: (address: string) => boolean
  /** The client is gone. */
  readonly signal: AbortSignal
  /** Takes room for bytes; false = the process holds too much already. */
  readonly hold: (bytes: number) => boolean
}

export const MEDIA_LIMITS: Omit<MediaLimits, 'signal' | 'hold'> = Object.freeze({
  maxBytes: 20 * 1024 * 1024,
  timeoutMs: 15_000,
  maxItems: 20,
  isAllowed: isPublicAddress,
})

const MAX_REDIRECTS = 3
const MEDIA_TYPE = /^(?:image|audio|video)\/|^application\/pdf$|^text\/plain$/

/** @param taken parts that may stay as they are */
export function hasRemoteMedia({ turns }: Conversation, taken: ReadonlySet<Part['type']>): boolean {
  return turns.some(({ parts }) => parts.some((part) => isRemote(part, taken)))
}

/**
 * The same conversation with bytes in place of URLs.
 * @param taken parts that may stay as they are
 * @throws {GatewayError} `invalid_request`, naming the part
 */
export async function withFetchedMedia(
  conversation: Conversation,
  taken: ReadonlySet<Part['type']>,
  limits: MediaLimits,
): Promise<Conversation> {
  const places = new Map<string, string>()
  for (const turn of conversation.turns) collect(turn.parts, taken, places)
  if (places.size > limits.maxItems) {
    const message = `The request names ${places.size} addresses; at most ${limits.maxItems} are fetched. Send the data itself.`
    throw new GatewayError('invalid_request', message)
  }
  const fetched = new Map<string, MediaSource>()
  await Promise.all(
    [...places].map(async ([url, at]) => {
      fetched.set(url, await fetchMedia(url, at, limits))
    }),
  )
  const turns = conversation.turns.map((turn): Turn => ({
    ...turn,
    parts: turn.parts.map((part) => filled(part, fetched)),
  }))
  return { ...conversation, turns }
}

function isRemote(part: Part, taken: ReadonlySet<Part['type']>): boolean {
  if (part.type === 'tool-result') return part.parts.some((inner) => isRemote(inner, taken))
  if (!('source' in part) || taken.has(part.type)) return false
  return part.source.kind === 'url' && /^https?:/i.test(part.source.url)
}

function collect(parts: readonly Part[], taken: ReadonlySet<Part['type']>, places: Map<string, string>): void {
  for (const part of parts) {
    if (part.type === 'tool-result') collect(part.parts, taken, places)
    else if (isRemote(part, taken) && 'source' in part && part.source.kind === 'url' && !places.has(part.source.url)) {
      places.set(part.source.url, part.at)
    }
  }
}

function filled(part: Part, fetched: ReadonlyMap<string, MediaSource>): Part {
  if (part.type === 'tool-result') return { ...part, parts: part.parts.map((inner) => filled(inner, fetched)) }
  if (!('source' in part) || part.source.kind !== 'url') return part
  const source = fetched.get(part.source.url)
  return source === undefined ? part : { ...part, source }
}

async function fetchMedia(url: string, at: string, limits: MediaLimits): Promise<MediaSource> {
  const signal = AbortSignal.any([limits.signal, AbortSignal.timeout(limits.timeoutMs)])
  const refuse = (why: string): GatewayError =>
    new GatewayError('invalid_request', `What ${at} points to cannot be fetched: ${why} Send the data itself.`, {
      param: at,
    })
  let target = url
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const parsed = URL.parse(target)
    if (parsed === null || (parsed.protocol !== 'http:' && parsed.protocol !== 'https:')) {
      throw refuse('it is not an http or https address.')
    }
    if (parsed.username !== '' || parsed.password !== '') throw refuse('it carries a password.')
    let response: IncomingMessage
    try {
      response = await open(parsed, signal, limits)
    } catch (error) {
      throw refuse(signal.aborted ? `it took longer than ${limits.timeoutMs} ms.` : reasonOf(error))
    }
    const { statusCode = 0, headers } = response
    if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
      response.destroy()
      target = URL.parse(headers.location, parsed.href)?.href ?? ''
      continue
    }
    if (statusCode !== 200) {
      response.destroy()
      throw refuse(`it answers with status ${statusCode}.`)
    }
    const mediaType = normalMediaType(headers['content-type'] ?? '')
    if (!MEDIA_TYPE.test(mediaType)) {
      response.destroy()
      throw refuse(`it is ${mediaType === '' ? 'of no declared type' : mediaType}, which is no media type.`)
    }
    const data = await read(response, limits).catch((error: unknown) => {
      throw refuse(reasonOf(error))
    })
    return base64Source(mediaType, data.toString('base64'))
  }
  throw refuse(`it redirects more than ${MAX_REDIRECTS} times.`)
}

async function open(url: URL, signal: AbortSignal, { isAllowed }: MediaLimits): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  // A name goes through the lookup below; an address written out does not.
  if (isIP(host) !== 0 && !isAllowed(host)) throw new Error('its address is not on the internet.')
  const lookup: LookupFunction = (name, options, callback) => {
    systemLookup(name, { ...options, all: true }, (error, addresses) => {
      const allowed = error === null ? addresses.filter(({ address }) => isAllowed(address)) : []
      const [first] = allowed
      if (error !== null) callback(error, '', 0)
      else if (first === undefined) callback(new Error('its address is not on the internet.'), '', 0)
      else if (options.all === true) callback(null, allowed)
      else callback(null, first.address, first.family)
    })
  }
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const headers = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'fairlead' }
  send(url, { method: 'GET', lookup, signal, headers, agent: false }, resolve).on('error', reject).end()
  return await promise
}

async function read(response: IncomingMessage, { maxBytes, hold }: MediaLimits): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new Error(`it is larger than ${maxBytes} bytes.`)
    if (!hold(chunk.length)) throw new Error('the gateway holds as many bytes as it may. Try again in a moment.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Of our own errors the sentence, of the system's only the code: nothing about our network is told. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'the connection failed.'
  if ('code' in error && typeof error.code === 'string') return `the connection failed (${error.code}).`
  return error.message.endsWith('.') ? error.message : 'the connection failed.'
}
