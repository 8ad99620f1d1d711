// A request to a pool, and all that is heard of it.
import type { UpstreamController, UpstreamHandler, UpstreamHeaders } from '../upstream-call.ts'

/** One request and what became of it. */
export class Asked implements UpstreamHandler {
  readonly heard: string[] = []
  body = ''
  controller: UpstreamController | null = null
  headers: UpstreamHeaders | null = null
  readonly over = Promise.withResolvers<void>()
  readonly begun = Promise.withResolvers<void>()
  onStart = (_asked: Asked): void => {}
  onChunk = (_asked: Asked): void => {}

  onRequestQueued(controller: UpstreamController): void {
    this.controller = controller
    this.heard.push('queued')
  }

  onRequestStart(controller: UpstreamController): void {
    this.controller = controller
    this.heard.push('start')
    this.onStart(this)
  }

  onResponseStart(_controller: UpstreamController, status: number, headers: UpstreamHeaders): void {
    this.headers = headers
    this.heard.push(String(status))
    this.begun.resolve()
  }

  onResponseData(_controller: UpstreamController, chunk: Buffer): void {
    this.body += chunk.toString('latin1')
    this.onChunk(this)
  }

  onResponseEnd(): void {
    this.heard.push('end')
    this.over.resolve()
  }

  onResponseError(_controller: UpstreamController, error: Error): void {
    this.heard.push(`error: ${error.message}`)
    this.over.resolve()
  }
}
