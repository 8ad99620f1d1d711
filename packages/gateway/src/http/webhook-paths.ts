// Paths to which strangers send what they have signed. Their bodies are small, and the port of the models, which reads
// whole bodies before it hands them on, reads no more of them than this.

export const MOST_WEBHOOK_BYTES = 256 * 1024
const WEBHOOKS = '/api/webhooks/'

/** @param target path and query, in their one normal spelling */
export function isWebhook(target: string): boolean {
  return target.startsWith(WEBHOOKS)
}
