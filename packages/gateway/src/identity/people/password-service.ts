// Hashing passwords is slow on purpose, so it is what an attacker would make the gateway do all day. Two at a time run
// in the thread pool, a bounded number wait, and whoever comes from a browser that is known waits in a queue of their
// own that goes first. A guess against an address that nobody has costs the same as against one that somebody has.
import { GatewayError } from '../../core/errors.ts'
import { hashPassword, isOutdated, isPassword, PASSWORD_COST, type PasswordCost } from './password-hash.ts'
import { invalid } from '../checks.ts'

const SHORTEST = 10
const LONGEST = 1024
const AT_ONCE = 2
const MOST_WAITING = 32

export interface PasswordServiceOptions {
  readonly secret: Buffer
  /** Tests make it cheap. */
  readonly cost?: PasswordCost
}

export interface PasswordService {
  /** For keeping. @throws {GatewayError} `invalid_request` for one that is too short or too long, `service_unavailable` */
  hash(password: string): Promise<string>
  /**
   * @param stored undefined = nobody has one: false, after the same time
   * @param known from a browser or address that its owner uses: goes first
   * @throws {GatewayError} `service_unavailable` when too many wait
   */
  verify(password: string, stored: string | undefined, known: boolean): Promise<boolean>
  /** Whether it should be hashed anew, now that the password is at hand. */
  isOutdated(stored: string): boolean
  /** Since the start: what an attack was able to make us do. */
  readonly hashed: number
}

export function createPasswordService(options: PasswordServiceOptions): PasswordService {
  return new Passwords(options)
}

/** @throws {GatewayError} `invalid_request` */
function checkPassword(password: string, param = 'password'): void {
  const { length } = [...password]
  if (length < SHORTEST) throw invalid(param, `must have ${SHORTEST} characters or more.`)
  if (Buffer.byteLength(password) > LONGEST) throw invalid(param, `must have at most ${LONGEST} bytes.`)
}

class Passwords implements PasswordService {
  readonly #secret: Buffer
  readonly #cost: PasswordCost
  readonly #first: (() => void)[] = []
  readonly #others: (() => void)[] = []
  #running = 0
  #hashed = 0
  #decoy: Promise<string> | null = null

  constructor({ secret, cost = PASSWORD_COST }: PasswordServiceOptions) {
    this.#secret = secret
    this.#cost = cost
  }

  get hashed(): number {
    return this.#hashed
  }

  async hash(password: string): Promise<string> {
    checkPassword(password)
    return await this.#inTurn(true, () => hashPassword(password, this.#secret, this.#cost))
  }

  async verify(password: string, stored: string | undefined, known: boolean): Promise<boolean> {
    // One that nobody could have set costs nothing to refuse, whoever it is tried on.
    if (Buffer.byteLength(password) > LONGEST) return false
    const against = stored ?? (await this.#decoyHash())
    const isRight = await this.#inTurn(known, () => isPassword(password, against, this.#secret))
    return isRight && stored !== undefined
  }

  isOutdated(stored: string): boolean {
    return isOutdated(stored, this.#cost)
  }

  #decoyHash(): Promise<string> {
    this.#decoy ??= hashPassword('somebody who is not there', this.#secret, this.#cost)
    return this.#decoy
  }

  async #inTurn<T>(known: boolean, work: () => Promise<T>): Promise<T> {
    await this.#turn(known ? this.#first : this.#others)
    this.#hashed += 1
    try {
      return await work()
    } finally {
      this.#running -= 1
      const next = this.#first.shift() ?? this.#others.shift()
      if (next !== undefined) next()
    }
  }

  async #turn(queue: (() => void)[]): Promise<void> {
    if (this.#running < AT_ONCE) {
      this.#running += 1
      return
    }
    if (queue.length >= MOST_WAITING) {
      throw new GatewayError(
        'service_unavailable',
        'Too many people are logging in at this moment. Try again shortly.',
        {
          retryAfterSeconds: 2,
        },
      )
    }
    const turn = Promise.withResolvers<void>()
    queue.push(() => {
      this.#running += 1
      turn.resolve()
    })
    await turn.promise
  }
}
