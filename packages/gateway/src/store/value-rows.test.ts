import fc from 'fast-check'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeEachDatabase, kyselyOn } from './__fixtures__/each-database.ts'
import { valueRows } from './value-rows.ts'

describeEachDatabase('rows of values in a statement', (open) => {
  it('are the same rows there, whatever stands in them', async () => {
    await using kysely = kyselyOn(await open.place())
    // What an array of PostgreSQL has a meaning of its own for, and every other character but NUL.
    const special = fc.constantFrom('', 'NULL', 'null', '{}', '"', '\\', '\\"', ',', '{"a",b}', ' a ', '\n')
    const text = fc
      .string({ unit: 'binary', maxLength: 20 })
      .filter((candidate) => candidate.isWellFormed() && !candidate.includes('\0'))
    const row = fc.record({
      name: fc.oneof(special, text),
      nanos: fc.oneof(fc.maxSafeInteger(), fc.constant(null)),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), async (rows) => {
        const columns = { name: 'text', nanos: 'bigint' } as const
        const found = await sql<{ name: string; nanos: number | null }>`
          select name, nanos from ${valueRows(kysely, 'd', columns, rows)}`.execute(kysely)
        expect(found.rows).toEqual(rows)
      }),
      { numRuns: 200 },
    )
  })

  it.runIf(open.kind === 'postgres')('have another character for a NUL, which its text cannot hold', async () => {
    await using kysely = kyselyOn(await open.place())
    const { rows } = await sql<{ name: string }>`
      select name from ${valueRows(kysely, 'd', { name: 'text' }, [{ name: 'a\0b' }])}`.execute(kysely)
    expect(rows).toEqual([{ name: 'a\uFFFDb' }])
  })
})
