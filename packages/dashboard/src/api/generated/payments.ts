// Made by `npm run generate` from docs/openapi.json, which is made from the gateway's table of routes. Change it there.
import type { Nothing } from './nothing.ts'


export interface PaymentsOperations {
  receiveStripeEvent: { params: Nothing; query: Nothing; body: Nothing; reply: { received: true; /** duplicate = this event was known; ignored = it is of no order of ours. */ outcome: "done" | "duplicate" | "ignored" } }
}

/** Method, path, and whether a repeated request can be told from a new one. */
export const PAYMENTS: { readonly [Name in keyof PaymentsOperations]: readonly [string, string, 'repeatable'?] } = {
  receiveStripeEvent: ['POST', '/api/webhooks/stripe'],
}
