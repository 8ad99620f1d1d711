// Walking through a request body.

export type Json = Readonly<Record<string, unknown>>

export function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
}

export function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(objectOf) : []
}

/** '' for what is no text. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** `object.a.b.c`, wherever it ends. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, name) => objectOf(inner)[name], value)
}

/** Text, or a list of blocks with text. */
export function wordsIn(content: unknown, separator = ''): string {
  if (typeof content === 'string') return content
  return listOf(content)
    .map((block) => textOf(block['text']))
    .join(separator)
}

/** `data:image/png;base64,AAAA` in its two parts. */
export function dataUrl(url: unknown): { readonly type: string; readonly data: string } {
  const [, type = '', data = textOf(url)] = /^data:([^;,]+);base64,(.*)$/s.exec(textOf(url)) ?? []
  return { type, data }
}

export function parsedInput(text: unknown): unknown {
  try {
    return JSON.parse(textOf(text)) as unknown
  } catch {
    return text
  }
}
