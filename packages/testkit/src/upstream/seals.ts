// Signatures and encrypted blobs that a fake provider has made, so that it knows its own again and refuses all others.
import { createHash, randomBytes } from 'node:crypto'

/** Who signs: a Gemini signature is none of Claude's, even in one process. */
export type SealFamily = 'claude' | 'gemini' | 'openai'

/** One deployment's seals. Two deployments do not know each other's. */
export class Seals {
  readonly #realm = randomBytes(8).toString('hex')
  readonly #lenient: boolean
  /** Text that was sealed, by family and seal. */
  readonly #issued = new Map<string, string>()

  /** `lenient` takes every seal for its own: for replaying what another deployment has signed. */
  constructor(lenient = false) {
    this.#lenient = lenient
  }

  /** The seal of a text: base64, the same for the same text. `own` registers a seal of the test's making instead. */
  seal(family: SealFamily, text: string, own?: string): string {
    const hash = createHash('sha512').update(`${this.#realm}\0${family}\0${text}`).digest()
    // A length that is a multiple of three: no padding, as most real ones have none.
    const seal = own ?? Buffer.concat([Buffer.from('tk:'), hash.subarray(0, 60)]).toString('base64')
    this.#issued.set(`${family} ${seal}`, text)
    return seal
  }

  /** What was sealed; undefined = not here. */
  open(family: SealFamily, seal: string): string | undefined {
    return this.#issued.get(`${family} ${seal}`)
  }

  /** True when this deployment made the seal. */
  knows(family: SealFamily, seal: string): boolean {
    return this.#lenient || this.#issued.has(`${family} ${seal}`)
  }

  /** True when the seal is known and belongs to exactly this text. */
  fits(family: SealFamily, seal: string, text: string): boolean {
    return this.#lenient || this.#issued.get(`${family} ${seal}`) === text
  }
}
