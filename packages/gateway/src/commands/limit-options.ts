// Limits on the command line: `--rpm 60 --requests-per-day 1000`.
import { LIMIT_FIELDS } from '../limits/limits.ts'

export const LIMIT_OPTIONS = {
  rpm: { type: 'string' },
  tpm: { type: 'string' },
  concurrency: { type: 'string' },
  'requests-per-day': { type: 'string' },
  'requests-per-month': { type: 'string' },
} as const

type Values = { readonly [Name in keyof typeof LIMIT_OPTIONS]?: string | undefined }

/** As the API takes them; undefined when none is given. @throws for what is no number */
export function limitsOf(values: Values): Record<string, number> | undefined {
  const given: Readonly<Record<string, string | undefined>> = values
  const limits: Record<string, number> = {}
  for (const { json } of LIMIT_FIELDS) {
    const flag = json.replaceAll('_', '-')
    const text = given[flag]
    if (text === undefined) continue
    if (!/^\d{1,12}$/.test(text)) throw new Error(`--${flag} takes a whole number, not "${text}".`)
    limits[json] = Number(text)
  }
  return Object.keys(limits).length === 0 ? undefined : limits
}
