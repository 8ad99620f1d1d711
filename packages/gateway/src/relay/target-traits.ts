// What a request shows to the conditions and the splits of a model's targets. Nothing in here runs for a model without.
import { parseSpan, scanObject } from '../core/json-scan.ts'
import { isJsonObject, type JsonValue } from '../core/json.ts'
import type { RequestTraits } from '../core/target-condition.ts'
import { affinityKeyOf } from '../routing/affinity.ts'
import type { Route } from '../routing/route.ts'
import type { Call } from './call.ts'

const MOST_TAGS = 20

export function traitsOf({ request, scan, ports }: Call): RequestTraits {
  return {
    tags: tagsOf(request.headers[`${ports.config().brand.headerPrefix.toLowerCase()}-tags`]),
    metadata: metadataOf(scan.text),
    group: request.principal.group,
    unixMs: Date.now(),
  }
}

/** Who keeps its target; always somebody, and of no other account. Each split draws anew. */
export function splitKeyOf({ request, scan }: Call, { publicId, splitBy }: Route): string {
  const { accountId } = request.principal
  const { user, safety_identifier: person } = scan.session
  const who =
    splitBy === 'account'
      ? ''
      : splitBy === 'user'
        ? (person ?? user ?? '')
        : (affinityKeyOf(scan.session, request.headers) ?? '')
  return `${publicId}\n${accountId}\n${who}`
}

function tagsOf(header: string | string[] | undefined): readonly string[] {
  if (header === undefined) return []
  const text = Array.isArray(header) ? header.join(',') : header
  return text
    .split(',', MOST_TAGS)
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')
}

/** Its texts. What is wrong with it, the upstream says. */
function metadataOf(text: string): Readonly<Record<string, string>> {
  let value: JsonValue = null
  try {
    scanObject(
      text,
      0,
      (key, start, end) => {
        // A record of texts: no number in it is looked at.
        if (key === 'metadata') value = parseSpan(text, start, end) as JsonValue
      },
      false,
    )
  } catch {
    return {}
  }
  if (!isJsonObject(value)) return {}
  const texts = Object.entries(value as Record<string, JsonValue>).filter(([, one]) => typeof one === 'string')
  return Object.fromEntries(texts) as Record<string, string>
}
