// A list of the API, page by page: each reply as it comes for scripts, one table for people.
import { z } from 'zod'
import type { KeyDesk } from './key-desk.ts'
import { print, table } from './output.ts'

export interface List<Item> {
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly item: z.ZodType<Item>
  readonly head: readonly string[]
  readonly row: (item: Item) => readonly string[]
}

export async function showList<Item>(
  desk: KeyDesk,
  json: boolean,
  { path, query = {}, item, head, row }: List<Item>,
): Promise<void> {
  const pageSchema = z.object({ data: z.array(item), next_after: z.string().optional() })
  const rows: (readonly string[])[] = []
  for (let after: string | undefined, first = true; first || after !== undefined; first = false) {
    const asked = new URLSearchParams({ limit: '1000', ...query, ...(after === undefined ? {} : { after }) })
    const reply = await desk.ask('GET', `${path}?${asked.toString()}`)
    if (json) print(reply)
    const page = pageSchema.parse(reply)
    rows.push(...page.data.map(row))
    after = page.next_after
  }
  if (!json) console.log(table(head, rows))
}
