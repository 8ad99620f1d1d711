// The text of the configuration file for a screen: secrets that are written out in it are hidden behind a token each,
// and put back where the token comes back unchanged. References to the environment are no secrets, and stay.
import { createHash } from 'node:crypto'
import { isMap, isPair, isScalar, parseDocument, visit } from 'yaml'
import { hasReference, hideReferences } from './interpolate.ts'

/** Keys whose values are secrets, wherever they stand; and everything below `headers`. */
const SECRET_KEYS: ReadonlySet<string> = new Set([
  'master_key',
  'api_key',
  'api_keys',
  'access_key_id',
  'secret_access_key',
  'session_token',
  'credentials',
  'secret_key',
  'webhook_secret',
  'client_secret',
  'smtp_url',
  'headers',
])
const TOKEN = /kept-secret-[0-9a-f]{8}/g

export interface MaskedText {
  readonly text: string
  /** Token -> what it stands for, quotes and all. */
  readonly secrets: ReadonlyMap<string, string>
}

/** Null when the text is no YAML: then nobody can say where its secrets are. */
export function maskSecrets(text: string): MaskedText | null {
  const document = parseDocument(hideReferences(text), { merge: true, prettyErrors: false, version: '1.2' })
  if (document.errors.length > 0) return null
  const places: { readonly start: number; readonly end: number }[] = []
  visit(document, {
    Scalar(key, node, ancestors) {
      if (key === 'key' || typeof node.value !== 'string' || node.value === '') return
      if (hasReference(node.value) || !isSecret(ancestors)) return
      const [start, end] = node.range ?? [0, 0]
      places.push({ start, end })
    },
  })
  const secrets = new Map<string, string>()
  let masked = text
  for (const { start, end } of places.toSorted((a, b) => b.start - a.start)) {
    const source = text.slice(start, end)
    const token = `kept-secret-${createHash('sha256').update(source).digest('hex').slice(0, 8)}`
    secrets.set(token, source)
    masked = masked.slice(0, start) + token + masked.slice(end)
  }
  return { text: masked, secrets }
}

/** The text with its secrets, and the tokens that stand for nothing. */
export function unmaskSecrets(
  text: string,
  secrets: ReadonlyMap<string, string>,
): { readonly text: string; readonly unknown: readonly string[] } {
  const unknown: string[] = []
  const unmasked = text.replaceAll(TOKEN, (token) => {
    const source = secrets.get(token)
    if (source === undefined) unknown.push(token)
    return source ?? token
  })
  return { text: unmasked, unknown }
}

function isSecret(ancestors: readonly unknown[]): boolean {
  return ancestors.some(
    (node) => isPair(node) && isScalar(node.key) && !isSection(node) && SECRET_KEYS.has(String(node.key.value)),
  )
}

/** `credentials: {…}` and the like of another section; `headers` is one, and secret throughout. */
function isSection(pair: { readonly key: unknown; readonly value: unknown }): boolean {
  return isMap(pair.value) && !(isScalar(pair.key) && pair.key.value === 'headers')
}
