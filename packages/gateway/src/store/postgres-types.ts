// Values on their way between PostgreSQL and us, so that a query gives the same as with SQLite: every whole number is
// a JavaScript number, and one that does not fit is an error rather than a rounded amount of money.
import { types, type CustomTypesConfig } from 'pg'

const { INT8, NUMERIC } = types.builtins

export const postgresTypes: CustomTypesConfig = {
  // sum() of bigint columns is numeric.
  getTypeParser: (oid, format) =>
    oid === INT8 || oid === NUMERIC
      ? numberFrom
      : format === undefined
        ? types.getTypeParser(oid)
        : types.getTypeParser(oid, format),
}

/** A parameter as PostgreSQL takes it: flags are the integers 0 and 1 in our tables, and its text cannot hold a NUL. */
export function toPostgres(value: unknown): unknown {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'string' && value.includes('\0')) return value.replaceAll('\0', '\uFFFD')
  return value
}

function numberFrom(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new RangeError(`${text} in the database is too large to be represented exactly.`)
  }
  return value
}
