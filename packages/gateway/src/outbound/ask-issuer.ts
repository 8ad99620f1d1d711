// The way to issuers (OpenID Connect), in the shape of `fetch`. Their addresses come from the configuration, so the issuer
// itself may lie in this network; whatever else its discovery document names must be out on the internet, or else whoever
// writes that document could have us call our neighbours. No redirects, a time limit, an end to every reply.
import type { SendHttp } from '../billing/payments/outbound.ts'
import type { AskIssuer } from '../identity/people/oidc-issuer.ts'

export function createAskIssuer(send: SendHttp): AskIssuer {
  return (issuer) => {
    const home = new URL(issuer).origin
    return async (url, { method, headers, body }) => {
      if (method !== 'GET' && method !== 'POST') throw new TypeError(`Nothing is asked of an issuer with ${method}.`)
      const reply = await send({
        method,
        url,
        headers: { ...headers },
        body: textOf(body),
        reach: new URL(url).origin === home ? 'anywhere' : 'public',
      })
      return new Response(reply.text === '' ? null : reply.text, {
        status: reply.status,
        headers: { 'content-type': reply.contentType ?? '' },
      })
    }
  }
}

/** Forms, and nothing where there is nothing: all that is ever asked of an issuer. */
function textOf(body: unknown): string {
  if (body instanceof URLSearchParams) return body.toString()
  if (body === undefined || body === null) return ''
  if (typeof body === 'string') return body
  throw new TypeError('An issuer is asked with forms alone.')
}
