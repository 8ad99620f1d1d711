import { CHUNK_DAMAGES, type Fault, USAGE_LIES } from './fault.ts'
import { NATIVE_RATE_LIMIT_FORMATS, RATE_LIMIT_FORMATS } from './rate-limit-headers.ts'
import { NATIVE_REFUSAL_NAMES, REFUSAL_NAMES } from './refusals.ts'

interface Written {
  /** The number after `@`. */
  readonly after: number
  readonly args: readonly string[]
}

/** How each fault is written, by its name in front of `@n` and `(arguments)`. */
const READERS: Readonly<Record<Fault['kind'], (written: Written) => Fault>> = {
  refuse: () => ({ kind: 'refuse' }),
  rst: ({ after, args }) => ({ kind: 'rst', after, midEvent: args[0] === 'mid' }),
  fin: ({ after, args }) => ({ kind: 'fin', after, midEvent: args[0] === 'mid' }),
  stall: ({ after, args }) => ({ kind: 'stall', after, midEvent: args[0] === 'mid' }),
  slowhead: ({ args }) => ({ kind: 'slowhead', ms: number(args[0], 1000) }),
  drip: ({ args }) => ({ kind: 'drip', msPerByte: number(args[0], 1), head: args[1] === 'head' }),
  garbage: ({ args }) => ({ kind: 'garbage', seed: number(args[0], 1), broken: args[1] !== 'legal' }),
  'sse-error': ({ after }) => ({ kind: 'sse-error', after }),
  '200-error': () => ({ kind: '200-error' }),
  empty: () => ({ kind: 'empty' }),
  '429': ({ args }) => ({
    kind: '429',
    format: oneOf([...RATE_LIMIT_FORMATS, ...NATIVE_RATE_LIMIT_FORMATS], args[0], 'retry-after'),
    waitMs: number(args[1], 1000),
  }),
  refusal: ({ args }) => ({
    kind: 'refusal',
    name: oneOf([...REFUSAL_NAMES, ...NATIVE_REFUSAL_NAMES], args[0], 'openai-insufficient-quota'),
  }),
  '5xx': ({ args }) => ({
    kind: '5xx',
    status: number(args[0], 500),
    share: number(args[1], 1),
    seed: number(args[2], 1),
  }),
  html: ({ args }) => ({ kind: 'html', status: number(args[0], 502) }),
  bigline: ({ args }) => ({ kind: 'bigline', bytes: number(args[0], 10 * 1024 * 1024) }),
  'lie-usage': ({ args }) => ({ kind: 'lie-usage', lie: oneOf(USAGE_LIES, args[0], 'negative') }),
  'dup-usage': () => ({ kind: 'dup-usage' }),
  'no-done': () => ({ kind: 'no-done' }),
  'bad-chunked': ({ after, args }) => ({ kind: 'bad-chunked', after, how: oneOf(CHUNK_DAMAGES, args[0], 'not-hex') }),
  'wrong-length': ({ args }) => ({ kind: 'wrong-length', body: oneOf(['short', 'long'], args[0], 'short') }),
  'truncated-json': () => ({ kind: 'truncated-json' }),
  'one-byte': () => ({ kind: 'one-byte' }),
  'one-packet': () => ({ kind: 'one-packet' }),
}

/**
 * Reads a fault from text: `stall@5`, `rst@3(mid)`, `slowhead(200)`, `429(retry-after-ms,1500)`, `5xx(503,0.5,7)`,
 * `refusal(deepseek-balance)`. Without `@n` the fault comes at once (n = 0). Throws an Error that names what is wrong.
 */
export function parseFault(text: string): Fault {
  const [, name = '', after, args] = /^([a-z0-9-]+?)(?:@(-?\d+))?(?:\(([^()]*)\))?$/.exec(text.trim()) ?? []
  const read = isFaultKind(name) ? READERS[name] : undefined
  if (read === undefined) {
    throw new Error(`Unknown fault ${JSON.stringify(text)}. Known: ${Object.keys(READERS).join(', ')}.`)
  }
  return read({ after: Number(after ?? 0), args: args === undefined ? [] : args.split(',').map((part) => part.trim()) })
}

function isFaultKind(name: string): name is Fault['kind'] {
  return Object.hasOwn(READERS, name)
}

function number(text: string | undefined, otherwise: number): number {
  if (text === undefined || text === '') return otherwise
  const value = Number(text)
  if (!Number.isFinite(value)) throw new Error(`Not a number in a fault: ${JSON.stringify(text)}.`)
  return value
}

function oneOf<Word extends string>(words: readonly Word[], text: string | undefined, otherwise: Word): Word {
  if (text === undefined || text === '') return otherwise
  const word = words.find((word) => word === text)
  if (word === undefined)
    throw new Error(`Unknown word in a fault: ${JSON.stringify(text)}. Known: ${words.join(', ')}.`)
  return word
}
