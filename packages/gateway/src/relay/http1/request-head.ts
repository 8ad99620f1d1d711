// Path and header lines -> the head of a request.
//
// /!\ Hot path: the lines of a credential are the same array for every request, so their text is checked and made once.

/** The connection's own, which nobody else may set. */
const FRAMING: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
const PATH = /^\/[\x21-\x7e\x80-\xff]*$/

export class RequestHeads {
  readonly #host: string
  readonly #made = new WeakMap<readonly string[], { readonly path: string; readonly text: string }>()

  /** @param host as in the URL, with its port where it has one */
  constructor(host: string) {
    this.#host = host
  }

  /**
   * @param path with its query, from the origin on
   * @param lines name, value, name, value…
   * @returns latin1, with the empty line that ends it
   * @throws {TypeError} where a line would break the request apart
   */
  of(path: string, lines: readonly string[], bodyLength: number): string {
    const known = this.#made.get(lines)
    if (known?.path === path) return `${known.text}${bodyLength}\r\n\r\n`
    const text = this.#make(path, lines)
    // Lines that are made for one request never come again.
    if (Object.isFrozen(lines)) this.#made.set(lines, { path, text })
    return `${text}${bodyLength}\r\n\r\n`
  }

  #make(path: string, lines: readonly string[]): string {
    if (!PATH.test(path)) throw new TypeError(`The path ${JSON.stringify(path)} cannot be asked for.`)
    let host = this.#host
    let fields = ''
    for (let index = 0; index + 1 < lines.length; index += 2) {
      const name = lines[index] ?? ''
      const value = lines[index + 1] ?? ''
      const lower = name.toLowerCase()
      if (!NAME.test(name) || FRAMING.has(lower)) {
        throw new TypeError(`The header ${JSON.stringify(name)} cannot be sent to an upstream.`)
      }
      // Not the value itself: it may be a secret.
      if (!VALUE.test(value))
        throw new TypeError(`The value of the header "${name}" has characters that no header may have.`)
      if (lower === 'host') host = value
      else fields += `${name}: ${value}\r\n`
    }
    return `POST ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n${fields}content-length: `
  }
}
