// `${NAME}` and `${NAME:-default}` in a config file; `$${NAME}` is the text `${NAME}`.
//
// A reference is hidden from the YAML parser and filled in afterwards, for two reasons. In `[${KEY}]` its braces would
// be read as a mapping. And a value must not become structure: a key that holds `: ` or `#` stays one value.
// Hidden means: every character moved by a fixed step into Unicode's private use area, so lines and columns stay right.

const STEP = 0xe000
const REFERENCE = /\$?\$\{[\x20-\x7e]*?\}/g
const HIDDEN = /[\ue020-\ue07e]+/g
const PARTS = /^\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^]*))?\}$/

/** The text with every reference hidden; the same length, line for line. */
export function hideReferences(text: string): string {
  return text.replace(REFERENCE, (reference) => shift(reference, STEP))
}

/** The text as it was written. */
export function showReferences(text: string): string {
  return text.replace(HIDDEN, (hidden) => shift(hidden, -STEP))
}

/** Whether a scalar holds a hidden reference. */
export function hasReference(text: string): boolean {
  return text.search(HIDDEN) !== -1
}

export interface Filled {
  readonly text: string
  /** One sentence each; names the variable, never its value. */
  readonly problems: readonly { readonly message: string; readonly hint?: string }[]
}

/** Fills the hidden references of one scalar. A variable that is not set is a problem, one that is empty is not. */
export function fillReferences(text: string, env: Readonly<Record<string, string | undefined>>): Filled {
  const problems: { message: string; hint?: string }[] = []
  // Two references side by side are one hidden run: show it, then look for the references again.
  const filled = text.replace(HIDDEN, (hidden) =>
    shift(hidden, -STEP).replace(REFERENCE, (reference) => {
      if (reference.startsWith('$$')) return reference.slice(1)
      const [, name, fallback] = PARTS.exec(reference) ?? []
      if (name === undefined) {
        problems.push({
          message: `holds ${reference}, which is no variable.`,
          hint: 'Write ${NAME} or ${NAME:-default}.',
        })
        return ''
      }
      const value = env[name]
      // As in a shell, `:-` stands in for an empty variable too.
      if (fallback !== undefined) return value === undefined || value === '' ? fallback : value
      if (value === undefined) {
        problems.push({
          message: `needs the environment variable ${name}, which is not set.`,
          hint: `Set it, or write \${${name}:-} if it may be empty.`,
        })
      }
      return value ?? ''
    }),
  )
  return { text: filled, problems }
}

function shift(text: string, step: number): string {
  let moved = ''
  for (let i = 0; i < text.length; i++) moved += String.fromCharCode(text.charCodeAt(i) + step)
  return moved
}
