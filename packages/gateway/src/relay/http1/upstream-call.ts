// The words between the relay and its connections to upstreams, whatever those speak.
//
// Callbacks, not promises or streams: a token is on its way to the client in the same turn of the event loop in which it came.

export interface UpstreamHeaders {
  /** @param name lower case @returns the first value of that name */
  get(name: string): string | undefined
}

/** What the relay may do to a request on its way. Each is without effect once the reply has ended. */
export interface UpstreamController {
  /** Gives the request up, and tells its handler so at once. */
  abort(reason: Error): void
  /** No more is read; what has been read already may still come. */
  pause(): void
  resume(): void
}

/** Hears of one request: the start, then either everything up to the end, or an error; nothing after either. */
export interface UpstreamHandler {
  /** It has to wait for a connection. */
  onRequestQueued(controller: UpstreamController): void
  /** A connection is there, and the request is about to be written to it. */
  onRequestStart(controller: UpstreamController): void
  /** @param status 200 and up */
  onResponseStart(controller: UpstreamController, status: number, headers: UpstreamHeaders): void
  /** @param chunk the handler's own from now on */
  onResponseData(controller: UpstreamController, chunk: Buffer): void
  onResponseEnd(controller: UpstreamController): void
  onResponseError(controller: UpstreamController, error: Error): void
}
