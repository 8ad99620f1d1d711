/** The `data` of every event of a finished stream. Enough for one-line JSON events, which is what chat streams are. */
export function sseData(text: string): string[] {
  return text.split(/\r\n|\n|\r/).flatMap((line) => {
    const match = /^data: ?(.*)$/.exec(line)
    return match?.[1] === undefined ? [] : [match[1]]
  })
}

/** The same as the bytes come. Ends with the body; rejects when the connection breaks. */
export async function* sseEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const bytes of body) {
    rest += decoder.decode(bytes, { stream: true })
    const end = rest.lastIndexOf('\n')
    if (end < 0) continue
    yield* sseData(rest.slice(0, end))
    rest = rest.slice(end + 1)
  }
  yield* sseData(rest)
}
