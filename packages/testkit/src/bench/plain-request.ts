// One HTTP request at leisure: for set-up, checks and figures, never for load.
import { request } from 'node:http'

export type PlainReply = { status: number; body: string }

/** Sends `body` (POST) or nothing (GET) to 127.0.0.1 on a connection of its own; rejects when there is no reply. */
export function plainRequest(
  port: number,
  path: string,
  headers: Record<string, string>,
  body?: Buffer,
): Promise<PlainReply> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        port,
        host: '127.0.0.1',
        path,
        method: body === undefined ? 'GET' : 'POST',
        headers,
        agent: false,
        timeout: 20_000,
      },
      (reply) => {
        const parts: Buffer[] = []
        reply.on('data', (part: Buffer) => parts.push(part))
        reply.on('error', reject)
        reply.on('end', () => resolve({ status: reply.statusCode ?? 0, body: Buffer.concat(parts).toString() }))
      },
    )
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no reply from ${path} within 20 s`)))
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
