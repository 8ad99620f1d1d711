// How many guesses anybody gets. A try counts before its outcome is known, against
//
//   a browser that is known here       itself and the address of the account: 10 free, then waits up to a minute
//   an address known here              the two together: the same
//   anybody else                       the account as a whole: 10 free, waits up to 15 minutes; and the internet address,
//                                      whoever it asks for: 30 free, waits up to 15 minutes
//
// So whoever guesses from elsewhere makes the owner wait on a strange device at most, and never on their own: what is
// known is counted apart. An address that nobody has is counted like one that somebody has. IPv6 counts by /64, which is
// what one customer of a provider has; this machine itself is no address: behind a proxy that nobody told us of, everybody
// has it.
//
// Before any of that, and before the database is asked anything: so many are at the door at once, and the rest is sent
// away. A browser that was here before shows it by a text that only we can have written, and has a door of its own; what
// strangers do at theirs is not felt there.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { GatewayError } from '../../core/errors.ts'
import type { PeopleStores } from './people-stores.ts'
import { newToken } from './session-service.ts'
import type { ThrottleRule, ThrottleScope } from './throttle-store.ts'

/** At once: in all, and from one place. */
const STRANGERS = { all: 16, each: 4 }
const KNOWN = { all: 32, each: 2 }
const MINUTE_MS = 60_000
const KNOWN_FOR_MS = 180 * 24 * 60 * MINUTE_MS
const FORGET_MS = 24 * 60 * MINUTE_MS
const OWN: ThrottleRule = { free: 10, firstWaitMs: 1_000, longestWaitMs: MINUTE_MS, forgetMs: FORGET_MS }
const ACCOUNT: ThrottleRule = { free: 10, firstWaitMs: 2_000, longestWaitMs: 15 * MINUTE_MS, forgetMs: FORGET_MS }
const ADDRESS: ThrottleRule = { ...ACCOUNT, free: 30 }

/** Where a try comes from. */
export interface TrySource {
  readonly address: string
  /** Text of the cookie; null = none. */
  readonly device: string | null
}

export interface Try {
  /** It comes from where its owner was before. */
  readonly known: boolean
  /** The try was right. */
  wasRight(): Promise<void>
  /** Nobody looked at it: it does not count. */
  wasNone(): Promise<void>
}

export interface LogInGuard {
  /** @throws {GatewayError} `service_unavailable` when too many are at the door already; `work` has not begun then */
  atTheDoor<T>(source: TrySource, work: () => Promise<T>): Promise<T>
  /**
   * @param subject what is guessed at: a mail address, or a person's id and what of theirs
   * @param personId null = nobody has this address
   * @throws {GatewayError} `rate_limit_exceeded`
   */
  enter(subject: string, personId: string | null, source: TrySource): Promise<Try>
  /** The browser and address of somebody who has logged in. @returns text for the device's cookie */
  remember(personId: string, source: TrySource): Promise<string>
}

export interface LogInGuardOptions {
  readonly stores: Pick<PeopleStores, 'throttle' | 'devices'>
  readonly key: Buffer
  readonly now: () => number
}

export function createLogInGuard({ stores, key, now }: LogInGuardOptions): LogInGuard {
  const { throttle, devices } = stores
  const scopeOf = (...parts: readonly string[]): string =>
    createHmac('sha256', key).update(JSON.stringify(parts)).digest('hex')
  const addressDigest = (address: string): string => scopeOf('known-address', networkOf(address))
  const signed = (text: string): string => `${text}.${scopeOf('device-text', text).slice(0, 32)}`
  const isOurs = (device: string): boolean => {
    const [text = ''] = device.split('.')
    return timingSafeEqual(
      createHash('sha256').update(signed(text)).digest(),
      createHash('sha256').update(device).digest(),
    )
  }
  const strangers = new Door(STRANGERS)
  const known = new Door(KNOWN)

  return {
    async atTheDoor({ address, device }, work) {
      const isKnown = device !== null && isOurs(device)
      if (isKnown) return await known.pass(device, work)
      return await strangers.pass(isLoopback(address) ? null : networkOf(address), work)
    },

    async enter(subject, personId, { address, device }) {
      const nowMs = now()
      const sinceMs = nowMs - KNOWN_FOR_MS
      // Asked for nobody as well, so that the time does not tell who is there.
      const id = personId ?? 'per_'
      const isKnownDevice =
        device !== null && isOurs(device) && (await devices.isKnownDevice(id, digestOf(device), sinceMs))
      const isKnownAddress = await devices.isKnownAddress(id, addressDigest(address), sinceMs)
      const account = { scope: scopeOf('account', subject), rule: ACCOUNT }
      const scopes: ThrottleScope[] = isKnownDevice
        ? [{ scope: scopeOf('device', subject, device), rule: OWN }]
        : isKnownAddress
          ? [{ scope: scopeOf('pair', subject, networkOf(address)), rule: OWN }]
          : isLoopback(address)
            ? [account]
            : [account, { scope: scopeOf('address', networkOf(address)), rule: ADDRESS }]
      const waitMs = await throttle.take(scopes, nowMs)
      if (waitMs > 0) throw tooMany(waitMs)
      return {
        known: isKnownDevice || isKnownAddress,
        async wasRight() {
          const [own, ...shared] = scopes.map(({ scope }) => scope)
          if (own !== undefined) await throttle.forget([own])
          // Somebody's own log-ins must not wipe out what they tried on others.
          await throttle.giveBack(shared)
        },
        wasNone: async () => await throttle.giveBack(scopes.map(({ scope }) => scope)),
      }
    },

    async remember(personId, { address, device }) {
      const nowMs = now()
      // One that is known for somebody else, or that somebody put there, is not made theirs.
      const isTheirs =
        device !== null &&
        isOurs(device) &&
        (await devices.isKnownDevice(personId, digestOf(device), nowMs - KNOWN_FOR_MS))
      const text = isTheirs ? device : signed(newToken())
      await devices.prune(nowMs - KNOWN_FOR_MS)
      await throttle.prune(nowMs - FORGET_MS)
      await devices.remember(personId, { device: digestOf(text), address: addressDigest(address) }, nowMs)
      return text
    },
  }
}

/** Bounded, and each at it no more than its share. */
class Door {
  readonly #limits: { readonly all: number; readonly each: number }
  readonly #inside = new Map<string, number>()
  #count = 0

  constructor(limits: { readonly all: number; readonly each: number }) {
    this.#limits = limits
  }

  /** @param who null = nobody in particular, so of no share */
  async pass<T>(who: string | null, work: () => Promise<T>): Promise<T> {
    const own = who === null ? 0 : (this.#inside.get(who) ?? 0)
    if (this.#count >= this.#limits.all || own >= this.#limits.each) {
      throw new GatewayError(
        'service_unavailable',
        'Too many people are logging in at this moment. Try again shortly.',
        {
          retryAfterSeconds: 1,
        },
      )
    }
    this.#count += 1
    if (who !== null) this.#inside.set(who, own + 1)
    try {
      return await work()
    } finally {
      this.#count -= 1
      if (who !== null) this.#leave(who)
    }
  }

  #leave(who: string): void {
    const left = (this.#inside.get(who) ?? 1) - 1
    if (left === 0) this.#inside.delete(who)
    else this.#inside.set(who, left)
  }
}

function tooMany(waitMs: number): GatewayError {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000))
  return new GatewayError('rate_limit_exceeded', `Too many tries. Try again in ${seconds} s.`, {
    retryAfterSeconds: seconds,
  })
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function isLoopback(address: string): boolean {
  return address === '' || address === '::1' || networkOf(address).startsWith('127.')
}

/** The first four groups of an IPv6 address; an IPv4 address whole. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const last = tail === undefined || tail === '' ? [] : tail.split(':')
  const missing = tail === undefined ? 0 : 8 - groups.length - last.length
  return [...groups, ...Array.from({ length: Math.max(0, missing) }, () => '0'), ...last]
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':')
}
