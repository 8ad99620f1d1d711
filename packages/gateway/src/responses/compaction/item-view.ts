// One input item, as compaction looks at it: what kind of thing it is, what can be read of it, and what has to be said
// of it where its bytes cannot be kept.
// Source: `InputItem` of OpenAI's OpenAPI document.

import {
  arrayOf,
  isJsonObject,
  objectOf,
  parseJsonObject,
  stringOf,
  type JsonObject,
  type JsonValue,
} from '../../core/json.ts'
import { summarizeItem } from '../../dialects/openai-responses/foreign-items.ts'

export type ItemKind =
  | 'system'
  | 'user'
  | 'assistant'
  | 'call'
  | 'output'
  | 'reasoning'
  | 'compaction'
  | 'trigger'
  /** Tools that an item declares. */
  | 'tools'
  /** Work of hosted tools, and whatever is new tomorrow. */
  | 'other'

export interface ItemView {
  /** JSON as it came. */
  readonly raw: string
  readonly value: JsonObject
  readonly type: string
  readonly kind: ItemKind
  /** What can be read. */
  readonly text: string
  /** Pictures, sound and files, in words. */
  readonly media: readonly string[]
  /** What ties a call and its output together; '' = neither. */
  readonly callId: string
  /** Of a called tool. */
  readonly name: string
}

const UNREADABLE: JsonObject = Object.freeze({})

export function viewItem(raw: string): ItemView {
  const value = parseJsonObject(raw) ?? UNREADABLE
  const type = stringOf(value['type']) ?? (value['role'] == null ? '' : 'message')
  const reader = new Reader()
  const kind = kindOf(type, value)
  const text = readItem(kind, type, value, reader)
  const { callId, name } = callOf(kind, type, value)
  return { raw, value, type, kind, text, media: reader.media, callId, name }
}

function kindOf(type: string, value: JsonObject): ItemKind {
  switch (type) {
    case 'message':
      switch (value['role']) {
        case 'system':
        case 'developer':
          return 'system'
        case 'assistant':
          return 'assistant'
        default:
          return 'user'
      }
    case 'reasoning':
      return 'reasoning'
    case 'compaction':
    case 'compaction_summary':
      return 'compaction'
    case 'compaction_trigger':
      return 'trigger'
    case 'additional_tools':
      return 'tools'
    case 'mcp_approval_request':
      return 'call'
    case 'mcp_approval_response':
      return 'output'
    default:
      if (typeof value['call_id'] !== 'string') return 'other'
      return type.endsWith('_output') ? 'output' : 'call'
  }
}

function callOf(kind: ItemKind, type: string, value: JsonObject): { readonly callId: string; readonly name: string } {
  if (kind !== 'call' && kind !== 'output') return { callId: '', name: '' }
  const approval = type === 'mcp_approval_request' ? value['id'] : value['approval_request_id']
  return {
    callId: stringOf(type.startsWith('mcp_') ? approval : value['call_id']) ?? '',
    name: stringOf(value['name']) ?? type.replace(/_call(?:_output)?$/, ''),
  }
}

function readItem(kind: ItemKind, type: string, value: JsonObject, reader: Reader): string {
  switch (kind) {
    case 'system':
    case 'user':
    case 'assistant':
      return reader.content(value['content'])
    case 'call':
      if (type === 'function_call' || type === 'mcp_approval_request') return textOf(value['arguments'])
      return type === 'custom_tool_call' ? textOf(value['input']) : summarizeItem(value)
    case 'output':
      return type === 'mcp_approval_response'
        ? `approve: ${value['approve'] === true}`
        : reader.content(value['output'])
    case 'reasoning':
      return reader.content(value['summary'])
    case 'other':
      return summarizeItem(value)
    default:
      return ''
  }
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : value == null ? '' : JSON.stringify(value)
}

/** Content in any of its forms; media on the way are noted. */
class Reader {
  readonly media: string[] = []

  content(value: JsonValue | undefined): string {
    if (typeof value === 'string') return value
    const parts = arrayOf(value)
    if (parts === undefined) return value == null ? '' : JSON.stringify(value)
    return parts
      .map((part) => (isJsonObject(part) ? this.#part(part) : ''))
      .filter((text) => text !== '')
      .join('\n')
  }

  #part(part: JsonObject): string {
    const mention = mediaMention(part)
    if (mention !== null) {
      this.media.push(mention)
      return ''
    }
    // Output of shells comes as `{stdout, stderr}`.
    const texts = ['text', 'refusal', 'stdout', 'stderr'].map((name) => stringOf(part[name]) ?? '')
    return texts.filter((text) => text !== '').join('\n')
  }
}

/** A picture, sound or a file in words; null = the part is text. */
export function mediaMention(part: JsonObject): string | null {
  const type = stringOf(part['type']) ?? ''
  switch (type) {
    case 'input_image':
    case 'image_url':
    case 'computer_screenshot': {
      const url = stringOf(part['image_url']) ?? stringOf(objectOf(part['image_url'])?.['url'])
      return said('image', url, part)
    }
    case 'input_file':
    case 'file': {
      const file = objectOf(part['file']) ?? part
      const name = stringOf(file['filename'])
      const where = said('file', stringOf(file['file_url']) ?? stringOf(file['file_data']), file)
      return name === undefined ? where : `${where.slice(0, -1)}, ${JSON.stringify(name)}]`
    }
    case 'input_audio':
      return '[sound]'
    case 'input_video':
      return said('video', stringOf(part['video_url']), part)
    default:
      return null
  }
}

const MOST_URL_CHARACTERS = 300

function said(what: string, url: string | undefined, part: JsonObject): string {
  const id = stringOf(part['file_id'])
  if (url === undefined) return id === undefined ? `[${what}]` : `[${what} ${id}]`
  const mediaType = /^data:([^;,]+)/i.exec(url)?.[1]
  if (mediaType !== undefined) return `[${what}, ${mediaType}, ${sizeOf(url.length)}]`
  if (/^[a-z]+:/i.test(url)) return `[${what} ${url.slice(0, MOST_URL_CHARACTERS)}]`
  return `[${what}, ${sizeOf(url.length)}]`
}

function sizeOf(base64Characters: number): string {
  const bytes = (base64Characters * 3) / 4
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1_000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** Characters that reach a model as text; a picture counts as what it costs, whatever its bytes. */
export function weightOf(view: ItemView): number {
  const encrypted = stringOf(view.value['encrypted_content'])
  const text = view.text.length + view.name.length + (encrypted === undefined ? 0 : encrypted.length / 4)
  return Math.ceil(text) + ITEM_CHARACTERS + view.media.length * MEDIA_CHARACTERS
}

export function weightOfAll(views: readonly ItemView[]): number {
  return views.reduce((sum, view) => sum + weightOf(view), 0)
}

/** What a provider puts around an item. */
const ITEM_CHARACTERS = 16
/** About 1,000 tokens. */
const MEDIA_CHARACTERS = 4_000
