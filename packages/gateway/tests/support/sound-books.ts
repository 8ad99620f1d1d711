// After every test with a gateway: whatever it did, the books must balance.

import { existsSync } from 'node:fs'
import { type DatabasePlace, openDatabase } from 'fairlead/store/database.ts'

/** @throws when an invariant of the books is broken */
export async function mustBeSound(place: DatabasePlace): Promise<void> {
  if ('file' in place && !existsSync(place.file)) return
  const database = await openDatabase(place, { migrate: false })
  try {
    const { violations } = await database.wallets.checkMoney({ full: true })
    const [first] = violations
    if (first !== undefined) throw new Error(`the books are broken: ${first.invariant}: ${first.message}`)
  } finally {
    await database[Symbol.asyncDispose]()
  }
}
