// Usage objects as JSON text, since some lies (a bare NaN, 1e309) are no JSON and no number.
import type { UsageLie } from '../fault.ts'
import { isObject, type Json } from './json.ts'

/** Undefined for `missing`. Every number of the object tells the lie. */
export function usageJson(usage: Json, lie: UsageLie | 'twice' | undefined): string | undefined {
  if (lie === 'missing') return undefined
  if (lie === 'null') return 'null'
  return spelled(usage, lie)
}

/** The usage of a provider that first says too little: every number is 1. */
export function lowUsageJson(usage: Json): string {
  return spelled(usage, undefined, () => '1')
}

function spelled(value: unknown, lie: UsageLie | 'twice' | undefined, spell = spelling(lie)): string {
  if (typeof value === 'number') return spell(value)
  if (Array.isArray(value)) return `[${value.map((item) => spelled(item, lie, spell)).join(',')}]`
  if (!isObject(value)) return JSON.stringify(value) ?? 'null'
  const members = Object.entries(value).filter(([, item]) => item !== undefined)
  return `{${members.map(([name, item]) => `${JSON.stringify(name)}:${spelled(item, lie, spell)}`).join(',')}}`
}

function spelling(lie: UsageLie | 'twice' | undefined): (value: number) => string {
  // What the whole call lacks (cached, audio…) stays 0, whatever the lie.
  const others = (spell: (value: number, index: number) => string): ((value: number) => string) => {
    let index = 0
    return (value) => (value === 0 ? '0' : spell(value, index++))
  }
  switch (lie) {
    case 'negative':
      return others((value) => String(-value))
    case 'nan':
      return others(() => 'NaN')
    case 'huge':
      return others((_, index) => ['999999999999999999999', '1e308', '1e309'][index % 3] ?? '1e309')
    case 'string':
      return others((value) => `"${value}"`)
    case 'fraction':
      return others((value, index) => String(value + ([0.5, 0.25, 0.75][index % 3] ?? 0.5)))
    case 'zero':
      return () => '0'
    case 'null':
    case 'missing':
    case 'twice':
    case undefined:
      break
  }
  return String
}

/** Stands for a usage in an object, until `withUsageText` puts the text there. */
export const USAGE_MARK = '\u0001usage\u0001'
const QUOTED_MARK = JSON.stringify(USAGE_MARK)

/** JSON of `object`, the mark replaced; a member that is the mark goes when there is no usage. */
export function withUsageText(object: Json, usage: string | undefined): string {
  const json = JSON.stringify(object)
  if (usage !== undefined) return json.replace(QUOTED_MARK, () => usage)
  return json.replace(new RegExp(`,"[A-Za-z]+":${QUOTED_MARK.replaceAll('\\', '\\\\')}`), '')
}
