// The control plane's way out: to the payment provider, and to webhooks that customers named.
//
// A customer's URL is ours to distrust: where only public addresses may be reached, that is checked where the connection is
// made, so that a name cannot change its mind between the check and the use, and no redirect is followed. Everything has
// a time limit, and of a reply only the beginning is read.
import { lookup as systemLookup } from 'node:dns'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { OutboundReply, OutboundRequest, SendHttp } from '../billing/payments/outbound.ts'
import { isPublicAddress } from '../core/public-address.ts'

const TIMEOUT_MS = 15_000
const MOST_REPLY_BYTES = 1024 * 1024

export interface SendHttpOptions {
  /** Tests serve from loopback. */
  readonly isPublic?: (address: string) => boolean
  readonly timeoutMs?: number
}

export function createSendHttp({ isPublic = isPublicAddress, timeoutMs = TIMEOUT_MS }: SendHttpOptions = {}): SendHttp {
  return async (request) => {
    const url = URL.parse(request.url)
    if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
      throw new Error('It is not an http or https address.')
    const isAllowed = request.reach === 'public' ? isPublic : () => true
    const host = url.hostname.replace(/^\[|\]$/g, '')
    // A name goes through the lookup below; an address written out does not.
    if (isIP(host) !== 0 && !isAllowed(host)) throw new Error('Its address is not on the internet.')
    const signal = AbortSignal.timeout(timeoutMs)
    try {
      return await readReply(await open(url, request, lookupWith(isAllowed), signal))
    } catch (error) {
      throw new Error(signal.aborted ? `No answer within ${timeoutMs} ms.` : reasonOf(error), { cause: error })
    }
  }
}

function lookupWith(isAllowed: (address: string) => boolean): LookupFunction {
  return (name, options, callback) => {
    systemLookup(name, { ...options, all: true }, (error, addresses) => {
      const allowed = error === null ? addresses.filter(({ address }) => isAllowed(address)) : []
      const [first] = allowed
      if (error !== null) callback(error, '', 0)
      else if (first === undefined) callback(new Error('Its address is not on the internet.'), '', 0)
      else if (options.all === true) callback(null, allowed)
      else callback(null, first.address, first.family)
    })
  }
}

async function open(
  url: URL,
  { method, headers, body }: OutboundRequest,
  lookup: LookupFunction,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const sent = { 'user-agent': 'fairlead', 'accept-encoding': 'identity', ...headers }
  const length = method === 'POST' ? { 'content-length': String(Buffer.byteLength(body)) } : {}
  send(url, { method, lookup, signal, headers: { ...sent, ...length }, agent: false }, resolve)
    .on('error', reject)
    .end(body)
  return await promise
}

async function readReply(response: IncomingMessage): Promise<OutboundReply> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > MOST_REPLY_BYTES) break
  }
  response.destroy()
  const text = Buffer.concat(chunks).subarray(0, MOST_REPLY_BYTES).toString('utf8')
  const { 'content-type': contentType } = response.headers
  return { status: response.statusCode ?? 0, text, ...(contentType === undefined ? {} : { contentType }) }
}

/** Of our own errors the sentence, of the system's only the code: nothing about our network is told. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'The connection failed.'
  if ('code' in error && typeof error.code === 'string') return `The connection failed (${error.code}).`
  return error.message.endsWith('.') ? error.message : 'The connection failed.'
}
