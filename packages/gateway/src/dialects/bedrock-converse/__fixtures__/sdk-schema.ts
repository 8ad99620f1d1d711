// A body checked against the Smithy schema that AWS's own SDK carries: every member known, every required one there,
// every value of its type, one member per union.

import { ConverseRequest$ } from '@aws-sdk/client-bedrock-runtime'

/** Faults of a Converse request, each with its path; empty = AWS's SDK would send the same. */
export function converseFaults(body: unknown): readonly string[] {
  const faults: string[] = []
  // The model is in the path.
  check({ modelId: 'in the path', ...(body as object) }, ConverseRequest$, '', faults)
  return faults
}

// Kinds of schema: 0 text, 1 number, 2 boolean, 15 any JSON, 21 bytes; `64 | kind` a list, `128 | kind` a map;
// [1, …, item] list, [2, …, key, value] map, [3, …, names, schemas, required] structure, [4, …] union.
function check(value: unknown, schema: unknown, at: string, faults: string[]): void {
  const resolved = typeof schema === 'function' ? (schema as () => unknown)() : schema
  if (typeof resolved === 'number') {
    checkSimple(value, resolved, at, faults)
    return
  }
  const node = resolved as readonly unknown[]
  if (node.length === 2) {
    check(value, node[0], at, faults)
    return
  }
  if (node[0] === 0) {
    check(value, node[4], at, faults)
  } else if (node[0] === 1) {
    checkList(value, node[4], at, faults)
  } else if (node[0] === 2) {
    for (const [key, entry] of Object.entries(value as object)) check(entry, node[5], `${at}.${key}`, faults)
  } else {
    checkMembers(value, node, at, faults)
  }
}

function checkMembers(value: unknown, node: readonly unknown[], at: string, faults: string[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    faults.push(`${at}: no object`)
    return
  }
  const names = node[4] as readonly string[]
  const schemas = node[5] as readonly unknown[]
  const given = Object.entries(value).filter(([, member]) => member !== undefined)
  if (node[0] === 4 && given.length !== 1) faults.push(`${at}: a union with ${given.length} members`)
  if (node[0] === 3) {
    for (const name of names.slice(0, Number(node[6] ?? 0))) {
      if (!given.some(([key]) => key === name)) faults.push(`${at}.${name}: missing`)
    }
  }
  for (const [key, member] of given) {
    const index = names.indexOf(key)
    if (index === -1) faults.push(`${at}.${key}: unknown`)
    else check(member, schemas[index], `${at}.${key}`, faults)
  }
}

function checkList(value: unknown, item: unknown, at: string, faults: string[]): void {
  if (!Array.isArray(value)) faults.push(`${at}: no list`)
  else for (const [index, entry] of value.entries()) check(entry, item, `${at}[${index}]`, faults)
}

function checkSimple(value: unknown, kind: number, at: string, faults: string[]): void {
  if (kind >= 128) {
    for (const [key, entry] of Object.entries(value as object)) checkSimple(entry, kind & 63, `${at}.${key}`, faults)
  } else if (kind >= 64) {
    checkList(value, kind & 63, at, faults)
  } else if (kind === 0 && typeof value !== 'string') {
    faults.push(`${at}: no text`)
  } else if (kind === 1 && typeof value !== 'number') {
    faults.push(`${at}: no number`)
  } else if (kind === 2 && typeof value !== 'boolean') {
    faults.push(`${at}: no boolean`)
  } else if (kind === 21 && (typeof value !== 'string' || Buffer.from(value, 'base64').toString('base64') !== value)) {
    faults.push(`${at}: no base64`)
  }
}
