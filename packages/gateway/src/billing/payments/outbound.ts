// How this room reaches the world outside: a payment provider, the webhook of a customer, a mail server. `outbound/`
// answers it.

export interface OutboundRequest {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Where it may lead. `public`: addresses on the internet alone, for URLs that a customer named. */
  readonly reach: 'public' | 'anywhere'
}

export interface OutboundReply {
  readonly status: number
  /** Its beginning, where it is long. */
  readonly text: string
  /** As it says; absent = it does not. */
  readonly contentType?: string
}

/** No redirects are followed. Rejects, with a sentence, when there is no reply. */
export type SendHttp = (request: OutboundRequest) => Promise<OutboundReply>

export interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
}

/** Rejects when the mail server did not take it. */
export type SendMail = (mail: Mail) => Promise<void>
