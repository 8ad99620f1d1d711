// `fairlead admin`: people who log in, for an operator who cannot any more. Whoever may read the state directory may do
// this, whether or not the gateway runs.
import { z } from 'zod'
import { DESK_OPTIONS, runAtDesk, type Job } from './desk-command.ts'
import type { KeyDesk } from './key-desk.ts'
import { day, print } from './output.ts'
import { showList } from './show-list.ts'

const HELP = `usage: fairlead admin list            [--operators]
       fairlead admin link            [PERSON] [--send]
       fairlead admin create          MAIL [--name NAME] [--operator]
       fairlead admin suspend         PERSON
       fairlead admin restore         PERSON
       fairlead admin reset-factors   PERSON
       fairlead admin make-operator   PERSON
       fairlead admin unmake-operator PERSON

PERSON is a mail address, or an id (per_...).

  link             a link, good once and for a day, with which somebody chooses anew how to log in; without PERSON the
                   one that makes the first operator. A second factor that they have is still asked of them
  create           somebody who has not been here, with such a link
  suspend          out at once: sessions end, tokens are refused; restore lets them in again
  reset-factors    takes password, passkeys, codes and tokens away, and prints a link
  make-operator    they run this gateway from their next log-in on

  --send           send the link by mail as well
  --data-dir DIR   state directory (default ./data)
  --config FILE    configuration
  --json           replies as the API gives them`

const OPTIONS = {
  ...DESK_OPTIONS,
  operators: { type: 'boolean' },
  operator: { type: 'boolean' },
  name: { type: 'string' },
  send: { type: 'boolean' },
} as const

const personSchema = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  operator: z.boolean(),
  status: z.string(),
  created_at: z.number(),
  last_log_in_at: z.number().nullable(),
})
const pageSchema = z.object({ data: z.array(personSchema) })
const linkSchema = z.object({ url: z.string(), expires_at: z.number() })

export function admin(args: readonly string[]): Promise<number> {
  return runAtDesk('admin', HELP, args, OPTIONS, ([command, who, ...others], values): Job => {
    if (others.length > 0) throw new Error(`"${others.join(' ')}" is too much.`)
    const { json = false } = values
    const show = (reply: unknown, say: (reply: unknown) => void): void => (json ? print(reply) : say(reply))
    switch (command ?? '') {
      case 'list':
        if (who !== undefined) throw new Error('list takes nobody.')
        return async (desk) => await list(desk, values.operators === true, json)
      case 'link':
        return async (desk) => {
          const reply =
            who === undefined
              ? await desk.ask('POST', '/api/set-up-links', {})
              : await desk.ask('POST', `${await pathOf(desk, who)}/links`, { send: values.send === true })
          show(reply, sayLink)
        }
      case 'create':
        return async (desk) => {
          const body = {
            email: needed(who),
            ...(values.name === undefined ? {} : { name: values.name }),
            ...(values.operator === true ? { operator: true } : {}),
          }
          const reply = await desk.ask('POST', '/api/people', body)
          show(reply, (made) => {
            sayPerson(made)
            sayLink(z.object({ link: linkSchema }).parse(made).link)
          })
        }
      case 'suspend':
      case 'restore':
        return async (desk) =>
          show(await desk.ask('POST', `${await pathOf(desk, needed(who))}/${command}`, {}), sayPerson)
      case 'reset-factors':
        return async (desk) =>
          show(await desk.ask('POST', `${await pathOf(desk, needed(who))}/reset-factors`, {}), sayLink)
      case 'make-operator':
      case 'unmake-operator': {
        const operator = command === 'make-operator'
        return async (desk) => show(await desk.ask('PATCH', await pathOf(desk, needed(who)), { operator }), sayPerson)
      }
    }
    throw new Error(
      `"${[command, who].filter(Boolean).join(' ')}" is none of list, link, create, suspend, restore, reset-factors, make-operator, unmake-operator.`,
    )
  })
}

async function list(desk: KeyDesk, operators: boolean, json: boolean): Promise<void> {
  await showList(desk, json, {
    path: '/api/people',
    query: operators ? { operator: 'true' } : {},
    item: personSchema,
    head: ['ID', 'MAIL', 'NAME', 'RIGHTS', 'STATE', 'LAST LOG-IN', 'SINCE'],
    row: ({ id, email, name, operator, status, last_log_in_at: seenAt, created_at: madeAt }) => {
      const seen = seenAt === null ? 'never' : day(seenAt)
      return [id, email, name, operator ? 'operator' : '-', status, seen, day(madeAt)]
    },
  })
}

async function pathOf(desk: KeyDesk, who: string): Promise<string> {
  if (who.startsWith('per_')) return `/api/people/${encodeURIComponent(who)}`
  const page = pageSchema.parse(await desk.ask('GET', `/api/people?${new URLSearchParams({ email: who }).toString()}`))
  const [person] = page.data
  if (person === undefined) throw new Error(`Nobody here has the mail address ${who}. See: fairlead admin list`)
  return `/api/people/${encodeURIComponent(person.id)}`
}

function needed(who: string | undefined): string {
  if (who === undefined) throw new Error('It needs a person: a mail address, or an id.')
  return who
}

function sayPerson(reply: unknown): void {
  const { id, email, operator, status } = personSchema.parse(reply)
  console.log(`${email} (${id}) is ${status}${operator ? ', and an operator' : ''}.`)
}

function sayLink(reply: unknown): void {
  const { url, expires_at } = linkSchema.parse(reply)
  console.log(`${url}\n(works once, until ${day(expires_at)} UTC; whoever has it is that person)`)
}
