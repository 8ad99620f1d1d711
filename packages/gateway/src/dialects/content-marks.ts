// What the content of a request holds beside text, as far as it changes the price: pictures, sound, files, what is stored
// elsewhere, a cache that lives an hour; in any dialect and at any depth, for a tool's result may hold a picture as well as
// a message. The scan of the request notes each string that could be such a mark by its first character and its length
// (`contentWatch`), and here those few are read.
//
// A word that looks like a mark and is none (somebody's text is exactly `image_url`) makes the bound too high, which
// costs nothing. A mark that is spelled with escapes is read as what it means.

import { decodeString, skipSpace, skipString } from '../core/json-scan.ts'
import { StringWatch } from '../core/string-watch.ts'

export interface ContentMarks {
  readonly pictures: number
  /** How often sound is named. */
  readonly audio: number
  /** Files, URLs of files, references to what was said before. */
  readonly elsewhere: boolean
  readonly cacheWrite1h: boolean
  /** Of pictures and sound in base64. */
  readonly mediaBytes: number
}

type Kind = 'picture-key' | 'picture' | 'inline' | 'audio' | 'elsewhere' | 'life' | 'media-type'

/** As a member's name, and as a value. Sources: the vendors' content parts; Gemini takes both spellings. */
const KEYS: ReadonlyMap<string, Kind> = new Map([
  ['image_url', 'picture-key'],
  ['inlineData', 'inline'],
  ['inline_data', 'inline'],
  ['mimeType', 'media-type'],
  ['mime_type', 'media-type'],
  ['input_audio', 'audio'],
  ['audio', 'audio'],
  ['audio_url', 'audio'],
  ['video_url', 'elsewhere'],
  ['file_id', 'elsewhere'],
  ['file_url', 'elsewhere'],
  ['file_uri', 'elsewhere'],
  ['fileUri', 'elsewhere'],
  ['file_data', 'elsewhere'],
  ['fileData', 'elsewhere'],
  ['ttl', 'life'],
])
const VALUES: ReadonlyMap<string, Kind> = new Map([
  ['image', 'picture'],
  ['image_url', 'picture'],
  ['input_image', 'picture'],
  ['image_file', 'picture'],
  ['computer_screenshot', 'picture'],
  ['audio', 'audio'],
  ['input_audio', 'audio'],
  ['audio_url', 'audio'],
  ['video_url', 'elsewhere'],
  ['document', 'elsewhere'],
  ['document_url', 'elsewhere'],
  ['file', 'elsewhere'],
  ['input_file', 'elsewhere'],
  ['container_upload', 'elsewhere'],
  ['item_reference', 'elsewhere'],
])
/** Longer than any mark that is spelled with escapes all through. */
const LONGEST_WORD = 6 * 20
/** Shorter strings are not worth telling from text. */
const LEAST_MEDIA_BYTES = 1_024
/** Of a `data:` URL. */
const LONGEST_HEAD = 120
const SAMPLES = 64
const COLON = 0x3a

const LENGTHS = new Uint32Array(128)
for (const word of [...KEYS.keys(), ...VALUES.keys()]) {
  const first = word.charCodeAt(0)
  LENGTHS[first] = (LENGTHS[first] ?? 0) | (1 << word.length)
}

/** For the scan of one request. */
export function contentWatch(): StringWatch {
  return new StringWatch(LENGTHS, LEAST_MEDIA_BYTES)
}

/**
 * @param text a body that was scanned and found well-formed, as latin1
 * @param found what its scan has noted: where strings begin and end, in turns
 */
export function contentMarks(text: string, found: readonly number[]): ContentMarks {
  const noted = text.includes('\\u00') ? everyString(text) : found
  if (noted.length === 0) return NO_MARKS
  const counts: Record<Kind, number> = {
    'picture-key': 0,
    picture: 0,
    inline: 0,
    audio: 0,
    elsewhere: 0,
    life: 0,
    'media-type': 0,
  }
  let media = 0
  let mediaStrings = 0
  for (let index = 0; index < noted.length; index += 2) {
    const start = noted[index] ?? 0
    const end = noted[index + 1] ?? 0
    const length = end - start - 2
    if (length < LEAST_MEDIA_BYTES) {
      const kind = kindOf(text, start, end)
      if (kind !== undefined) counts[kind] += 1
    } else if (isBase64(text, start + 1, end - 1)) {
      media += length
      mediaStrings += 1
    }
  }
  const pictures = Math.max(counts.picture, counts['picture-key'] + counts.inline)
  return {
    pictures,
    audio: counts.audio,
    elsewhere: counts.elsewhere > 0 || (counts.inline > 0 && counts['media-type'] > 0),
    cacheWrite1h: counts.life > 0,
    // Base64 for its own sake, in a tool's arguments for example, is text to the model.
    mediaBytes: mediaStrings <= pictures || counts.audio + counts.elsewhere > 0 ? media : 0,
  }
}

const NO_MARKS: ContentMarks = Object.freeze({
  pictures: 0,
  audio: 0,
  elsewhere: false,
  cacheWrite1h: false,
  mediaBytes: 0,
})

/** Where escapes may hide a mark, each string is looked at. */
function everyString(text: string): number[] {
  const strings: number[] = []
  for (let start = text.indexOf('"'); start !== -1;) {
    const end = skipString(text, start)
    strings.push(start, end)
    start = text.indexOf('"', end)
  }
  return strings
}

/** What a string between its quotes at `start` and before `end` says; undefined = nothing. */
function kindOf(text: string, start: number, end: number): Kind | undefined {
  if (end - start > LONGEST_WORD) return undefined
  const raw = text.slice(start + 1, end - 1)
  const word = raw.includes('\\') ? decodeString(text, start, end) : raw
  if (word === null) return undefined
  const behind = skipSpace(text, end)
  if (text.charCodeAt(behind) !== COLON) return VALUES.get(word)
  const kind = KEYS.get(word)
  if (kind !== 'life' && kind !== 'media-type') return kind
  const value = skipSpace(text, behind + 1)
  // Any life but the short one, which costs the same as none, is taken for the long one.
  if (kind === 'life') return text.startsWith('"5m"', value) ? undefined : kind
  if (text.startsWith('"audio/', value)) return 'audio'
  if (text.startsWith('"video/', value)) return 'elsewhere'
  // A document: how many tokens it is, its bytes do not say.
  return text.startsWith('"image/', value) ? undefined : kind
}

/** By a sample, behind the head of a `data:` URL. */
function isBase64(text: string, start: number, end: number): boolean {
  const from = text.startsWith('data:', start) ? start + LONGEST_HEAD : start
  const step = (end - from) / SAMPLES
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    if (!BASE64.test(text.charAt(Math.floor(from + sample * step)))) return false
  }
  return true
}

const BASE64 = /[A-Za-z0-9+/=_-]/
