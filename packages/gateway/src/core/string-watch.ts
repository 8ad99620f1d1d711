/** Strings that a scan notes on its way through nested values, without reading them. */
export class StringWatch {
  /** By the code of a string's first character, below 128: the lengths that are noted, as bits 0 to 31. */
  readonly lengths: Uint32Array
  /** Longer strings are noted whatever they begin with. */
  readonly longFrom: number
  /** Where they begin and end, in turns: the offset of an opening quote, and the one behind its closing quote. */
  readonly found: number[] = []

  constructor(lengths: Uint32Array, longFrom: number) {
    this.lengths = lengths
    this.longFrom = longFrom
  }

  /** /!\ Hot path: once a string. `json-skip.wat` says the same. */
  see(text: string, start: number, end: number): void {
    const length = end - start - 2
    if (length < 32) {
      const first = text.charCodeAt(start + 1)
      if (first < 128 && ((this.lengths[first] ?? 0) >>> length) & 1) this.found.push(start, end)
    } else if (length >= this.longFrom) this.found.push(start, end)
  }
}
