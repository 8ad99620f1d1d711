// How far the values of a request's body reach, told by a few instructions of WebAssembly that look at sixteen bytes at
// once. In JavaScript, a coding agent's conversation, full of escaped quotes, takes three times as long. Where WebAssembly
// is not to be had (no SIMD, no address space for its memory), and for what it does not vouch for, JavaScript serves.
import { JSON_SKIP_MODULE } from './json-skip-module.ts'
import type { StringWatch } from './string-watch.ts'

interface SkipExports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number }
  /** How many strings the last skip has noted. */
  readonly noted: { readonly value: number }
  skip(at: number, end: number, depthLimit: number, longFrom: number, room: number): number
}

// The types of Node 26 leave it out.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: SkipExports }
}

// Where things are in its memory; `json-skip.wat` says the same.
const LENGTHS_AT = 64
const NOTED_AT = 1_024
const BODY_AT = 65_536
const PAGE_BYTES = 65_536
/** What is read beyond the end of a body. */
const MARGIN_BYTES = 64
/** Larger ones have their bytes in pictures and files: long strings, which JavaScript finds the end of faster. */
const LARGEST_BODY_BYTES = 2 * 1024 * 1024
const NOTED_ROOM = (BODY_AT - NOTED_AT) / 8

/** One body at a time; the next one takes its place. */
export class BodySkipper {
  readonly #skip: SkipExports['skip']
  readonly #noted: SkipExports['noted']
  readonly #memory: SkipExports['memory']
  #bytes: Uint8Array
  #notes: Uint32Array
  #lengths: Uint32Array | null = null
  #end = BODY_AT

  /** @throws when this machine or its limits do not allow it */
  constructor() {
    const module = new WebAssembly.Module(Buffer.from(JSON_SKIP_MODULE, 'base64'))
    const { memory, noted, skip } = new WebAssembly.Instance(module).exports
    this.#memory = memory
    this.#noted = noted
    this.#skip = skip
    this.#bytes = new Uint8Array(memory.buffer)
    this.#notes = new Uint32Array(memory.buffer, NOTED_AT, 2 * NOTED_ROOM)
  }

  /** @returns false when it is not to be had for this body */
  hold(body: Uint8Array): boolean {
    const missing = BODY_AT + body.length + MARGIN_BYTES - this.#bytes.length
    if (missing > 0 && !this.#grow(missing, body.length)) return false
    this.#bytes.set(body, BODY_AT)
    this.#end = BODY_AT + body.length
    return true
  }

  /**
   * /!\ Hot path.
   * @param at offset of a string, an array or an object in the body that is held
   * @param depthLimit how many arrays and objects may be open at once
   * @returns the offset behind it; -1 when it has no end, is nested too deeply, or has more to note than there is room for
   */
  skip(at: number, depthLimit: number, watch: StringWatch): number {
    if (this.#lengths !== watch.lengths) {
      this.#lengths = watch.lengths
      new Uint32Array(this.#memory.buffer, LENGTHS_AT, 128).set(watch.lengths)
    }
    const end = this.#skip(BODY_AT + at, this.#end, depthLimit, watch.longFrom, NOTED_ROOM)
    if (end === -1) return -1
    const offsets = 2 * this.#noted.value
    for (let index = 0; index < offsets; index += 1) watch.found.push((this.#notes[index] ?? 0) - BODY_AT)
    return end - BODY_AT
  }

  #grow(bytes: number, bodyBytes: number): boolean {
    if (bodyBytes > LARGEST_BODY_BYTES) return false
    try {
      this.#memory.grow(Math.ceil(bytes / PAGE_BYTES))
    } catch {
      return false
    }
    this.#bytes = new Uint8Array(this.#memory.buffer)
    this.#notes = new Uint32Array(this.#memory.buffer, NOTED_AT, 2 * NOTED_ROOM)
    return true
  }
}
