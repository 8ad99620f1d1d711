import { check } from './check.ts'

/** One reply, whoever fetched it (curl or this process). Header names are in lower case. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

export interface Call {
  readonly method?: string
  readonly key?: string
  readonly headers?: Readonly<Record<string, string>>
  /** A string goes out as it is, anything else as JSON. */
  readonly body?: unknown
  readonly timeoutMs?: number
}

export async function call(url: string, options: Call = {}): Promise<Reply> {
  const response = await open(url, options)
  return { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() }
}

/** The same, with the body left to be read as it comes. */
export function open(url: string, options: Call = {}): Promise<Response> {
  const hasBody = options.body !== undefined
  return fetch(url, {
    method: options.method ?? (hasBody ? 'POST' : 'GET'),
    headers: {
      ...(hasBody ? { 'content-type': 'application/json' } : {}),
      ...(options.key === undefined ? {} : { authorization: `Bearer ${options.key}` }),
      ...options.headers,
    },
    ...(hasBody ? { body: typeof options.body === 'string' ? options.body : JSON.stringify(options.body) } : {}),
    signal: AbortSignal.timeout(options.timeoutMs ?? 30_000),
  })
}

export function json(reply: Reply): unknown {
  const type = reply.headers['content-type'] ?? ''
  check(type.startsWith('application/json'), `content-type is "${type}", not application/json`)
  try {
    return JSON.parse(reply.text)
  } catch {
    throw new Error(`not JSON: ${reply.text.slice(0, 200)}`)
  }
}
