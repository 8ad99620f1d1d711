// The gateway that runs in a state directory, as the command line finds and asks it: over its local socket, with the
// token that only this machine's operator can read.
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { z } from 'zod'
import { errorCode } from '../core/error-code.ts'

const runFileSchema = z.object({ pid: z.int(), socketPath: z.string(), operatorToken: z.string(), url: z.string() })

export type RunningGateway = z.infer<typeof runFileSchema>

export interface ControlReply {
  readonly status: number
  /** Parsed JSON, or null when it is none. */
  readonly body: unknown
}

const TIMEOUT_MS = 10_000

/** Undefined when none runs there; what a crash left behind counts as none. */
export async function findRunningGateway(dataDir: string): Promise<RunningGateway | undefined> {
  const gateway = readRunFile(join(dataDir, 'run.json'))
  if (gateway === undefined) return undefined
  try {
    const { status } = await askGateway(gateway, 'GET', '/health/live')
    return status === 200 ? gateway : undefined
  } catch (error) {
    // No such socket, or nobody behind it. Anything else means that somebody is there and does not answer.
    const code = errorCode(error)
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return undefined
    throw error
  }
}

/** Rejects when the gateway cannot be reached or does not answer within ten seconds. */
export function askGateway(
  gateway: RunningGateway,
  method: string,
  path: string,
  body?: unknown,
): Promise<ControlReply> {
  const { promise, resolve, reject } = Promise.withResolvers<ControlReply>()
  const text = body === undefined ? '' : JSON.stringify(body)
  const outgoing = request({
    socketPath: gateway.socketPath,
    method,
    path,
    timeout: TIMEOUT_MS,
    headers: {
      authorization: `Bearer ${gateway.operatorToken}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    },
  })
  outgoing.on('timeout', () => outgoing.destroy(new Error('The running gateway does not answer.')))
  outgoing.on('error', reject)
  outgoing.on('response', (reply) => {
    const chunks: Buffer[] = []
    reply.on('data', (chunk: Buffer) => chunks.push(chunk))
    reply.on('error', reject)
    reply.on('end', () => resolve({ status: reply.statusCode ?? 0, body: parse(Buffer.concat(chunks).toString()) }))
  })
  outgoing.end(text)
  return promise
}

function readRunFile(file: string): RunningGateway | undefined {
  try {
    return runFileSchema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data
  } catch {
    // Not there, not ours to read, or half written: no gateway that could be asked.
    return undefined
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
