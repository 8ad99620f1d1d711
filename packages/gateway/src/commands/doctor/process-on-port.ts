// Which process listens on a port, from Linux's own tables. Elsewhere, or for another user's process, nobody knows.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

const LISTEN = '0A'

export function processOnPort(port: number): { readonly pid: number; readonly name: string } | undefined {
  const sockets = new Set(
    ['tcp', 'tcp6'].flatMap((table) => listeningInodes(table, port)).map((inode) => `socket:[${inode}]`),
  )
  if (sockets.size === 0) return undefined
  for (const pid of entries('/proc').filter((name) => /^\d+$/.test(name))) {
    const files = entries(`/proc/${pid}/fd`)
    if (files.some((file) => sockets.has(target(`/proc/${pid}/fd/${file}`)))) {
      return { pid: Number(pid), name: text(`/proc/${pid}/comm`).trim() || 'a process' }
    }
  }
  return undefined
}

/** Columns: number, local address (hex ip:port), remote, state, ..., inode as the tenth. */
function listeningInodes(table: string, port: number): string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  return text(`/proc/net/${table}`)
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[3] === LISTEN && columns[1]?.endsWith(`:${wanted}`))
    .map((columns) => columns[9] ?? '')
}

// Processes end while we look, and others' are closed to us: both read as nothing.

function entries(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}

function target(link: string): string {
  try {
    return readlinkSync(link)
  } catch {
    return ''
  }
}

function text(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
