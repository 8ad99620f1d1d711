// Where an answer goes: an HTTP reply, later a WebSocket, a recorder for background work, a collector for internal
// calls. The relay speaks to this and to nothing else.

export interface ReplySink {
  /** The client is gone, or the reply has ended. */
  readonly closed: boolean
  readonly headersSent: boolean
  /** @param headers flat: name, value, name, value; the sink may add to it */
  head(status: number, headers: string[]): void
  /**
   * @param chunk a Buffer, or text of one character a byte
   * @returns false when the client is slower than we are: write no more until `onDrain`
   */
  write(chunk: Buffer | string): boolean
  /** Head and body in one go, with its content-length. */
  reply(status: number, headers: string[], body: Buffer | string): void
  end(): void
  /** Writes the last of a stream, its terminal event included, and ends; for sinks that want to know which is the last. */
  finish?(last: Buffer | string): void
  /** Cuts the connection, so that the client cannot take what it has for the whole. */
  cut(): void
  /** Who is told; one object rather than closures, of which every request would make some. */
  listener: ReplyListener | null
}

export interface ReplyListener {
  /** The client went away before the reply ended. */
  replyGone(): void
  /** After `write` said false: the client has caught up. */
  replyDrained(): void
}
