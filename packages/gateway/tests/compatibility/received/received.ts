// What an upstream has received, in one form for all wire formats: the matrix's own reading, which shares nothing with
// the gateway's encoders.

export interface Received {
  /** As the body or the path names it. */
  readonly model: string
  /** Everything that stands where this format puts instructions. */
  readonly system: string
  /** In the order in which they stand. */
  readonly parts: readonly ReceivedPart[]
  readonly tools: readonly { readonly name: string; readonly schema: unknown }[]
  /** The tool that must be called; `*` = any. */
  readonly forced: string | undefined
  /** JSON Schema of the answer. */
  readonly schema: unknown
  readonly stops: readonly string[]
}

export type ReceivedPart =
  | { readonly kind: 'text'; readonly role: 'user' | 'assistant'; readonly text: string }
  | { readonly kind: 'media'; readonly type: string; readonly data: string }
  | {
      readonly kind: 'call'
      readonly id: string
      readonly name: string
      readonly input: unknown
      readonly seal: string
    }
  | { readonly kind: 'result'; readonly id: string; readonly text: string }
  | { readonly kind: 'reasoning'; readonly text: string; readonly seal: string }

export type PartOf<Kind extends ReceivedPart['kind']> = Extract<ReceivedPart, { kind: Kind }>

export function partsOf<Kind extends ReceivedPart['kind']>(received: Received, kind: Kind): readonly PartOf<Kind>[] {
  return received.parts.filter((part): part is PartOf<Kind> => part.kind === kind)
}

/** The words of one side. */
export function wordsOf(received: Received, role: 'user' | 'assistant'): string {
  return partsOf(received, 'text')
    .map((part) => (part.role === role ? part.text : ''))
    .join('')
}
