// A shop for tests of money: a prepaid group, a model whose price is whole nano-dollars per token, and accounts that have
// been given an amount to spend.

import { MASTER_KEY } from './gateway.ts'

/** US$1 and US$100 per million tokens: what counts is the answer, whose length the test decides. */
export const INPUT_NANOS_PER_TOKEN = 1_000
export const OUTPUT_NANOS_PER_TOKEN = 100_000
export const NANOS_PER_DOLLAR = 1_000_000_000

const PAID_GROUP = 'paid'

export interface PaidAccount {
  readonly accountId: string
  readonly key: string
  readonly balanceNanos: number
}

/** @param urls base URLs, all of which serve `gpt-4o` @param extra more of the file */
export function shopYaml(urls: readonly string[], extra = ''): string {
  const providers = urls.map((url, index) => {
    const name = String.fromCharCode(97 + index)
    return `  - { name: ${name}, type: openai-compatible, base_url: "${url}", api_keys: [sk-up-${name}] }`
  })
  const targets = urls.map((_url, index) => `{ provider: ${String.fromCharCode(97 + index)}, model: gpt-4o }`)
  return `providers:
${providers.join('\n')}
models:
  - id: gpt-4o
    targets: [${targets.join(', ')}]
    price: { input: ${INPUT_NANOS_PER_TOKEN / 1000}, output: ${OUTPUT_NANOS_PER_TOKEN / 1000} }
groups:
  - { name: ${PAID_GROUP}, billing: prepaid }
${extra}`
}

/** An account of the prepaid group with a key of its own; `balanceNanos` is paid in by the operator. */
export async function openAccount(origin: string, balanceNanos: number): Promise<PaidAccount> {
  const account = await operate(origin, 'POST', '/api/accounts', { name: 'spender', group: PAID_GROUP })
  const accountId = String(account['id'])
  const made = await operate(origin, 'POST', '/api/auth', { name: 'spender', account: accountId })
  if (balanceNanos > 0) await payIn(origin, accountId, balanceNanos)
  return { accountId, key: String(made['key']), balanceNanos }
}

export async function payIn(origin: string, accountId: string, nanos: number): Promise<void> {
  await operate(origin, 'POST', `/api/accounts/${accountId}/wallet/top-ups`, { amount: dollars(nanos) })
}

/** `1.5` becomes 1,500,000,000; exact, as floats are not. */
export function nanosOf(dollarText: string): number {
  const [whole = '0', fraction = ''] = dollarText.split('.')
  if (!/^-?\d+$/.test(whole) || !/^\d{0,9}$/.test(fraction)) throw new Error(`"${dollarText}" is no amount of US$`)
  const nanos = Number(whole) * NANOS_PER_DOLLAR
  return nanos + (whole.startsWith('-') ? -1 : 1) * Number(fraction.padEnd(9, '0'))
}

export function dollars(nanos: number): string {
  const digits = String(nanos).padStart(10, '0')
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`
}

/** A call of the control plane; throws when it is refused. */
export async function operate(
  origin: string,
  method: string,
  path: string,
  body?: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(origin + path, {
    method,
    headers: { authorization: `Bearer ${MASTER_KEY}`, 'content-type': 'application/json', connection: 'close' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
  return JSON.parse(text) as Readonly<Record<string, unknown>>
}
