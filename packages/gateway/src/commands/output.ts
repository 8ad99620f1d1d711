// How the commands that manage things show them.
import { styleText } from 'node:util'

/** Columns of one width, the head in bold. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return [styleText('bold', line(head)), ...rows.map(line)].join('\n')
}

/** `2026-11-21 10:00`, UTC. */
export function day(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')
}

export function print(reply: unknown): void {
  console.log(JSON.stringify(reply, null, 2))
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
