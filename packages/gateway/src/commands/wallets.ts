// `fairlead wallets`: prepaid money, through the same routes as the API.
import { z } from 'zod'
import { DESK_OPTIONS, runAtDesk, type Job } from './desk-command.ts'
import { day, print } from './output.ts'
import { showList } from './show-list.ts'

const HELP = `usage: fairlead wallets list      [--state active|locked]
       fairlead wallets show      ACCOUNT_ID
       fairlead wallets statement ACCOUNT_ID
       fairlead wallets top-up    ACCOUNT_ID --amount USD [--note TEXT]
       fairlead wallets adjust    ACCOUNT_ID --amount=-USD --note TEXT
       fairlead wallets refund    ACCOUNT_ID --transfer ID | --request ID [--amount USD] [--note TEXT]
       fairlead wallets lock      ACCOUNT_ID --reason TEXT
       fairlead wallets unlock    ACCOUNT_ID
       fairlead wallets codes     --name TEXT --amount USD --count N [--expires-in SECONDS]

  --amount USD           12.50; written as --amount=-12.50 it is taken away
  --note TEXT            why; the account sees it in its statement
  --transfer ID          refund what came in with this transfer: it leaves the wallet
  --request ID           give back what this call cost
  --data-dir DIR         state directory (default ./data)
  --config FILE          configuration
  --json                 replies as the API gives them`

const OPTIONS = {
  ...DESK_OPTIONS,
  amount: { type: 'string' },
  note: { type: 'string' },
  transfer: { type: 'string' },
  request: { type: 'string' },
  reason: { type: 'string' },
  state: { type: 'string' },
  name: { type: 'string' },
  count: { type: 'string' },
  'expires-in': { type: 'string' },
} as const

const walletSchema = z.object({
  id: z.string(),
  balance: z.string(),
  available: z.string(),
  held: z.string(),
  state: z.string(),
  lock_reason: z.string().nullable(),
})
type Wallet = z.output<typeof walletSchema>
const movedSchema = z.object({ id: z.string(), amount: z.string(), repeated: z.boolean(), wallet: walletSchema })
const entrySchema = z.object({
  id: z.string(),
  created_at: z.number(),
  kind: z.string(),
  amount: z.string(),
  balance: z.string(),
  note: z.string().nullable(),
})
const codesSchema = z.object({ id: z.string(), amount: z.string(), codes: z.array(z.string()) })

type Values = { readonly [Name in keyof typeof OPTIONS]?: string | boolean | undefined }

export function wallets(args: readonly string[]): Promise<number> {
  return runAtDesk('wallets', HELP, args, OPTIONS, ([command, ...ids], values): Job => {
    if (command === 'list' && ids.length === 0) return list(values)
    if (command === 'codes' && ids.length === 0) return codes(values)
    const [id, ...others] = ids
    if (id === undefined || others.length > 0) throw new Error(`${command ?? 'It'} needs the id of one account.`)
    const path = `/api/accounts/${encodeURIComponent(id)}/wallet`
    switch (command) {
      case 'show':
        return async (desk) => show(await desk.ask('GET', path), values)
      case 'statement':
        return statement(path, values)
      case 'top-up':
        return move(`${path}/top-ups`, { amount: needed(values, 'amount'), ...given(values, 'note') }, values)
      case 'adjust': {
        const body = { amount: needed(values, 'amount'), note: needed(values, 'note') }
        return move(`${path}/adjustments`, body, values)
      }
      case 'refund':
        return move(`${path}/refunds`, given(values, 'transfer', 'request', 'amount', 'note'), values)
      case 'lock': {
        const body = { reason: needed(values, 'reason') }
        return async (desk) => show(await desk.ask('POST', `${path}/lock`, body), values)
      }
      case 'unlock':
        return async (desk) => show(await desk.ask('POST', `${path}/unlock`, {}), values)
      case undefined:
      default:
        throw new Error(
          `"${command ?? ''}" is none of list, show, statement, top-up, adjust, refund, lock, unlock, codes.`,
        )
    }
  })
}

function list(values: Values): Job {
  return (desk) =>
    showList(desk, values.json === true, {
      path: '/api/wallets',
      query: given(values, 'state'),
      item: walletSchema,
      head: ['ACCOUNT', 'BALANCE', 'AVAILABLE', 'HELD', 'STATE'],
      row: (one) => [one.id, one.balance, one.available, one.held, one.lock_reason ?? one.state],
    })
}

function statement(path: string, values: Values): Job {
  return (desk) =>
    showList(desk, values.json === true, {
      path: `${path}/entries`,
      item: entrySchema,
      head: ['TRANSFER', 'TIME', 'KIND', 'AMOUNT', 'BALANCE', 'NOTE'],
      row: (one) => [one.id, day(one.created_at), one.kind, one.amount, one.balance, one.note ?? '-'],
    })
}

function move(path: string, body: Readonly<Record<string, string>>, values: Values): Job {
  return async (desk) => {
    const reply = await desk.ask('POST', path, body)
    if (values.json === true) return print(reply)
    const { id, amount, wallet } = movedSchema.parse(reply)
    console.log(`${id}: ${amount}. ${sentence(wallet)}`)
  }
}

function codes(values: Values): Job {
  const count = needed(values, 'count')
  const expiresIn = given(values, 'expires-in')['expires-in']
  for (const [name, text] of Object.entries({ count, ...(expiresIn ? { 'expires-in': expiresIn } : {}) }))
    if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} takes a whole number, not "${text}".`)
  const body = {
    name: needed(values, 'name'),
    amount: needed(values, 'amount'),
    count: Number(count),
    ...(expiresIn === undefined ? {} : { expires_in: Number(expiresIn) }),
  }
  return async (desk) => {
    const reply = await desk.ask('POST', '/api/redeem-code-batches', body)
    if (values.json === true) return print(reply)
    const made = codesSchema.parse(reply)
    console.error(`${made.id}: ${made.codes.length} codes of ${made.amount} each, shown this once.`)
    console.log(made.codes.join('\n'))
  }
}

function show(reply: unknown, values: Values): void {
  if (values.json === true) return print(reply)
  console.log(sentence(walletSchema.parse(reply)))
}

function sentence({ id, balance, held, state, lock_reason: reason }: Wallet): string {
  const locked = state === 'locked' ? ` It is locked: ${reason ?? ''}` : ''
  return `The wallet of ${id} holds US$ ${balance}, ${held} of it for calls under way.${locked}`
}

function needed(values: Values, name: keyof typeof OPTIONS): string {
  const value = values[name]
  if (typeof value === 'string') return value
  throw new Error(`--${name} is missing.`)
}

function given(values: Values, ...names: readonly (keyof typeof OPTIONS)[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = values[name]
      return typeof value === 'string' ? [[name, value]] : []
    }),
  )
}
