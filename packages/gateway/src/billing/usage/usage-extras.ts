// The rarer classes of usage as one short text, in a journal line and in a row: sound, pictures, searches, the service
// tier; and what was held of the wallet that pays, in nano-US$. Most calls have none of them, and their text is empty.
//
//   A120,a40,I5,i6,p2,w3,h91000,sflex      in that order, zeros left out; the tier is last because it may hold anything
import type { TokenUsage } from '../../core/token-usage.ts'

export type UsageExtras = Pick<
  TokenUsage,
  'audioInput' | 'audioOutput' | 'imageInput' | 'imageOutput' | 'images' | 'webSearches' | 'serviceTier'
>

/** /!\ Hot path. @param heldNanos 0 where nobody pays */
export function formatExtras(usage: UsageExtras, heldNanos = 0): string {
  const { audioInput, audioOutput, imageInput, imageOutput, images, webSearches, serviceTier } = usage
  if (
    serviceTier === '' &&
    audioInput + audioOutput + imageInput + imageOutput === 0 &&
    images === 0 &&
    webSearches === 0
  )
    return heldNanos > 0 ? `h${heldNanos}` : ''
  const parts: string[] = []
  if (audioInput > 0) parts.push(`A${audioInput}`)
  if (audioOutput > 0) parts.push(`a${audioOutput}`)
  if (imageInput > 0) parts.push(`I${imageInput}`)
  if (imageOutput > 0) parts.push(`i${imageOutput}`)
  if (images > 0) parts.push(`p${images}`)
  if (webSearches > 0) parts.push(`w${webSearches}`)
  if (heldNanos > 0) parts.push(`h${heldNanos}`)
  if (serviceTier !== '') parts.push(`s${serviceTier}`)
  return parts.join()
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
