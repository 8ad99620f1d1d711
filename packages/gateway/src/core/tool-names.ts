// Names of tools, there and back. Upstreams differ in what a name may be; clients (MCP servers above all) use long and
// odd ones, and the Responses API puts tools in namespaces. A name that an upstream would refuse gets a stand-in that is
// a function of the name alone, so that prompt caches stay warm; two names never share one (H29, H44).

import { createHash } from 'node:crypto'
import type { Conversation } from './conversation.ts'

export interface NameRule {
  readonly legal: RegExp
  readonly maxLength: number
}

export interface ToolIdentity {
  readonly name: string
  readonly namespace?: string
  /** `custom`: wrapped as a function that takes `{input: string}` (H45). */
  readonly kind: 'function' | 'custom'
}

const SEPARATOR = '__'

export class ToolNames {
  readonly #rule: NameRule
  readonly #byUpstream = new Map<string, ToolIdentity>()

  constructor(rule: NameRule) {
    this.#rule = rule
  }

  /** All names that occur in a conversation: its tools, and the calls of its history. */
  static of(conversation: Conversation, rule: NameRule): ToolNames {
    const names = new ToolNames(rule)
    for (const tool of conversation.tools)
      if (tool.type !== 'server') names.toUpstream(tool.name, tool.namespace, tool.type)
    for (const turn of conversation.turns) {
      if (turn.role !== 'assistant') continue
      for (const part of turn.parts) {
        if (part.type === 'tool-call') names.toUpstream(part.name, part.namespace, part.kind)
      }
    }
    return names
  }

  /** The name to send. */
  toUpstream(name: string, namespace?: string, kind: 'function' | 'custom' = 'function'): string {
    const wanted = namespace === undefined || namespace === '' ? name : `${namespace}${SEPARATOR}${name}`
    const identity: ToolIdentity = { name, kind, ...(namespace ? { namespace } : {}) }
    if (this.#fits(wanted) && this.#take(wanted, identity)) return wanted
    // Of the whole identity: `a` in `b` and `b__a` are two tools.
    let key = namespace ? `${namespace}\0${name}` : name
    let short = this.#standIn(wanted, key)
    while (!this.#take(short, identity)) {
      key += '\0'
      short = this.#standIn(wanted, key)
    }
    return short
  }

  /** Who is meant by a name that the upstream uses. @param kind of a tool that nobody declared */
  toClient(upstreamName: string, kind: ToolIdentity['kind'] = 'function'): ToolIdentity {
    return this.#byUpstream.get(upstreamName) ?? { name: upstreamName, kind }
  }

  #fits(name: string): boolean {
    return name.length <= this.#rule.maxLength && this.#rule.legal.test(name)
  }

  /** False when another tool has the name. */
  #take(name: string, identity: ToolIdentity): boolean {
    const known = this.#byUpstream.get(name)
    if (known === undefined) this.#byUpstream.set(name, identity)
    else if (known.name !== identity.name || known.namespace !== identity.namespace) return false
    return true
  }

  #standIn(name: string, key: string): string {
    const hash = createHash('sha256').update(key).digest('hex').slice(0, 12)
    const readable = name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, this.#rule.maxLength - hash.length - 1)
    const start = /^[a-zA-Z_]/.test(readable) ? readable : `_${readable.slice(1)}`
    return `${start}_${hash}`
  }
}
