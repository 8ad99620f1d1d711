import { at } from '../lib/check.ts'

/** The number at a path; 0 when there is none. */
export function numberAt(value: unknown, path: string): number {
  const found = at(value, path)
  return typeof found === 'number' ? found : 0
}

/** The text at a path; '' when there is none. */
export function stringAt(value: unknown, path: string): string {
  const found = at(value, path)
  return typeof found === 'string' ? found : ''
}

/** The objects of an output that has one in each line; lines that are none are left out. */
export function jsonLines(text: string): readonly unknown[] {
  return text.split('\n').flatMap((line): unknown[] => {
    try {
      return line.startsWith('{') ? [JSON.parse(line)] : []
    } catch {
      return []
    }
  })
}
