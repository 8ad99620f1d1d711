// The rarer classes of usage as one short text, in a journal line and in a row: sound, pictures, searches, the service
// tier; what was held of the wallet that pays, in nano-US$; and what the client calls itself.
//
//   A120,a40,I5,i6,p2,w3,h91000,uOpenAI/Python%202.1,sflex
//
// In that order, zeros left out; the tier is last because it may hold anything. Older releases pass over what they do not know.
import { LRUCache } from 'lru-cache'
import type { TokenUsage } from '../../core/token-usage.ts'

export type UsageExtras = Pick<
  TokenUsage,
  'audioInput' | 'audioOutput' | 'imageInput' | 'imageOutput' | 'images' | 'webSearches' | 'serviceTier'
>

/** As it is kept; beyond it nothing is learned of a client. */
const LONGEST_AGENT = 160

/** /!\ Hot path. @param heldNanos 0 where nobody pays @param userAgent '' = the client said nothing */
export function formatExtras(usage: UsageExtras, heldNanos = 0, userAgent = ''): string {
  const { audioInput, audioOutput, imageInput, imageOutput, images, webSearches, serviceTier } = usage
  if (
    serviceTier === '' &&
    audioInput + audioOutput + imageInput + imageOutput === 0 &&
    images === 0 &&
    webSearches === 0
  )
    return userAgent === '' ? (heldNanos > 0 ? `h${heldNanos}` : '') : withAgent(heldNanos, userAgent)
  const parts: string[] = []
  if (audioInput > 0) parts.push(`A${audioInput}`)
  if (audioOutput > 0) parts.push(`a${audioOutput}`)
  if (imageInput > 0) parts.push(`I${imageInput}`)
  if (imageOutput > 0) parts.push(`i${imageOutput}`)
  if (images > 0) parts.push(`p${images}`)
  if (webSearches > 0) parts.push(`w${webSearches}`)
  if (heldNanos > 0) parts.push(`h${heldNanos}`)
  if (userAgent !== '') parts.push(agentPart(userAgent))
  if (serviceTier !== '') parts.push(`s${serviceTier}`)
  return parts.join()
}

function withAgent(heldNanos: number, userAgent: string): string {
  return heldNanos > 0 ? `h${heldNanos},${agentPart(userAgent)}` : agentPart(userAgent)
}

/** Clients have few names, and each call has one. */
const agentParts = new LRUCache<string, string>({ max: 500 })

function agentPart(userAgent: string): string {
  let part = agentParts.get(userAgent)
  if (part === undefined) {
    const text = userAgent.slice(0, LONGEST_AGENT).replace(UNSAFE, hexOf)
    // Cut between two characters, not within one of the long ones.
    part = `u${text.slice(0, LONGEST_AGENT).replace(/%[\dA-F]?$/, '')}`
    agentParts.set(userAgent, part)
  }
  return part
}

function hexOf(letter: string): string {
  return `%${letter.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}

/** What stands between parts, and what a header of ours must never hold. */
// oxlint-disable-next-line no-control-regex
const UNSAFE = /[%,\\\x00-\x20\x7f]/g

/** '' = it said nothing, or an older release wrote the text. */
export function userAgentIn(text: string): string {
  const [, part] = /^(?:[AaIipwh]\d+,)*u([^,]*)(?:,|$)/.exec(text) ?? []
  return part === undefined
    ? ''
    : part.replace(/%([\dA-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}

const NONE: UsageExtras = Object.freeze({
  audioInput: 0,
  audioOutput: 0,
  imageInput: 0,
  imageOutput: 0,
  images: 0,
  webSearches: 0,
  serviceTier: '',
})

const NAMES: Readonly<Record<string, Exclude<keyof UsageExtras, 'serviceTier'>>> = {
  A: 'audioInput',
  a: 'audioOutput',
  I: 'imageInput',
  i: 'imageOutput',
  p: 'images',
  w: 'webSearches',
}

/** What makes no sense counts as nothing. */
export function parseExtras(text: string): UsageExtras {
  if (text === '') return NONE
  const extras: { -readonly [Name in keyof UsageExtras]: UsageExtras[Name] } = { ...NONE }
  let at = 0
  while (at < text.length) {
    if (text[at] === 's') return { ...extras, serviceTier: text.slice(at + 1) }
    const comma = text.indexOf(',', at)
    const end = comma === -1 ? text.length : comma
    const name = NAMES[text[at] ?? '']
    const value = Number(text.slice(at + 1, end))
    if (name !== undefined && Number.isSafeInteger(value) && value > 0) extras[name] = value
    at = end + 1
  }
  return extras
}

/** What was held; 0 where nothing was, or an older release wrote the text. */
export function heldIn(text: string): number {
  const [, digits] = /^(?:[AaIipw]\d+,)*h(\d{1,16})(?:,|$)/.exec(text) ?? []
  const nanos = Number(digits ?? 0)
  return Number.isSafeInteger(nanos) ? nanos : 0
}
