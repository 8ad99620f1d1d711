// The platform floor: what a relay on `node:http` and undici's `dispatch` costs with nothing around it. It splices the upstream's
// model name into the request and finds the usage by a byte scan; nothing else, and no promise to be correct for any
// other traffic than the benchmark's. Everything that a gateway adds is measured against this.
//
//   node --max-semi-space-size=64 floor.ts PORT UPSTREAM_ORIGIN
import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import { Pool } from 'undici'

const [port, origin] = process.argv.slice(2)
const pool = new Pool(origin ?? '', { connections: null, pipelining: 1 })
const MODEL_KEY = Buffer.from('"model":"')
const USAGE_KEY = Buffer.from('"usage":{')
const UPSTREAM_MODEL = Buffer.from('gpt-4o')
let usagesFound = 0

createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    const body = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)
    const start = body.indexOf(MODEL_KEY) + MODEL_KEY.length
    const spliced = Buffer.concat([body.subarray(0, start), UPSTREAM_MODEL, body.subarray(body.indexOf(34, start))])
    relay(request.url ?? '/', spliced, response)
  })
}).listen(Number(port), '127.0.0.1', 4096)

function relay(path: string, body: Buffer, response: ServerResponse): void {
  const headers = { 'content-type': 'application/json', authorization: 'Bearer sk-mock' }
  pool.dispatch(
    { method: 'POST', path, headers, body },
    {
      onRequestStart: (controller) => {
        response.on('drain', () => controller.resume())
        response.on('close', () => response.writableFinished || controller.abort(new Error('client gone')))
      },
      onResponseStart: (_controller, status, headers) => {
        response.statusCode = status
        for (const name of ['content-type', 'content-length']) {
          const value = headers[name]
          if (value !== undefined) response.setHeader(name, value)
        }
      },
      onResponseData: (controller, chunk) => {
        if (chunk.includes(USAGE_KEY)) usagesFound++
        if (!response.write(chunk)) controller.pause()
      },
      onResponseEnd: () => response.end(),
      onResponseError: () => (response.headersSent ? response.destroy() : response.writeHead(502).end()),
    },
  )
}

process.on('SIGTERM', () => process.exit(usagesFound > 0 ? 0 : 1))
