// Bodies for upstreams out of the body that came: the same members, spelled as the client spelled them, but for those
// that were resolved here.

import { scanObject } from '../core/json-scan.ts'

export interface BodyChanges {
  /** Members that go. */
  readonly drop: ReadonlySet<string>
  /** Raw JSON, ASCII. In place of members of the same name. */
  readonly put?: Readonly<Record<string, string>>
  /** Raw JSON of each item, Unicode; absent = `input` stays as it is. */
  readonly input?: readonly string[]
}

/** @param text a body that was scanned and found well-formed, one character a byte */
export function changedBody(text: string, { drop, put = {}, input }: BodyChanges): Buffer {
  const members: string[] = []
  scanObject(text, 0, (name, start, end) => {
    if (drop.has(name) || Object.hasOwn(put, name) || (input !== undefined && name === 'input')) return
    members.push(`"${name}":${text.slice(start, end)}`)
  })
  for (const [name, raw] of Object.entries(put)) members.push(`"${name}":${raw}`)
  if (input === undefined) return Buffer.from(`{${members.join(',')}}`, 'latin1')
  const head = Buffer.from(`{${members.join(',')}${members.length === 0 ? '' : ','}"input":[`, 'latin1')
  return Buffer.concat([head, Buffer.from(`${input.join(',')}]}`)])
}
