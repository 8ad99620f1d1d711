// From the path of a request to what serves it. Decided once, on one parsed path; `Host` decides nothing.

import { parseModelPath } from '../dialects/gemini/model-path.ts'
import type { ClientDialectName } from '../dialects/pass-dialects.ts'
import { normalPath } from './normal-path.ts'
import {
  DECISIONS,
  ENDPOINT_BY_PATH,
  ENDPOINTS,
  GEMINI_METHODS,
  NO_PATH_FACTS,
  type Endpoint,
  type PathFacts,
} from '../relay/endpoints.ts'

export type RouteMatch =
  | { readonly kind: 'relay'; readonly endpoint: Endpoint; readonly path: PathFacts }
  | { readonly kind: 'models'; readonly id: string | null }
  | { readonly kind: 'root' }
  /** Under the data plane's prefixes, and nothing there. */
  | { readonly kind: 'unknown'; readonly nearest: string }
  /** The primary's: health, metrics, `/api`, pages. @property target where that is another spelling of it */
  | { readonly kind: 'control'; readonly target?: string }

const MODELS = '/v1/models'
const RELAYS = new Map<string, RouteMatch>(
  ENDPOINTS.map((endpoint) => [endpoint.path, { kind: 'relay', endpoint, path: NO_PATH_FACTS }]),
)
/** What a balance or a call cost, where clients of other gateways ask for it: the primary knows. */
const BILLING_PATHS: readonly string[] = [
  '/v1/credits',
  '/v1/key',
  '/v1/auth/key',
  '/v1/generation',
  '/v1/dashboard/billing/subscription',
  '/v1/dashboard/billing/usage',
  '/v1/dashboard/billing/credit_grants',
]
const FEEDBACK = '/v1/feedback'
const RECEIPT = /^\/v1\/receipts\/[^/]+$/
/** What is stored: the primary has it. */
const STORED = new RegExp(
  '^/v1/(?:responses/[^/]+(?:/(?:cancel|input_items))?|conversations(?:/[^/]+(?:/items(?:/[^/]+)?)?)?)$',
)
const KNOWN_PATHS = [
  ...ENDPOINTS.map((endpoint) => endpoint.path),
  MODELS,
  '/v1/conversations',
  DECISIONS.path,
  FEEDBACK,
  '/v1/receipts',
  ...BILLING_PATHS,
]
const DECISION: RouteMatch = { kind: 'relay', endpoint: DECISIONS, path: NO_PATH_FACTS }
const LIST: RouteMatch = { kind: 'models', id: null }
const ROOT: RouteMatch = { kind: 'root' }
const CONTROL: RouteMatch = { kind: 'control' }
/** Google's versions, as its SDKs and its clients write them. */
const GEMINI_PREFIX = /^\/v1(?:alpha|beta)\d*(?=\/|$)/

/**
 * Path and query of a target, the path in its one normal spelling; what it names its host with is dropped, as clients of
 * a proxy write it (RFC 9112, section 3.2.2). Everything after this sees the path in no other spelling.
 */
export function originForm(target: string): string {
  const own = withoutHost(target)
  const query = own.indexOf('?')
  const path = query === -1 ? own : own.slice(0, query)
  if (!path.includes('//') && !path.includes('%')) return own
  return query === -1 ? normalPath(path) : normalPath(path) + own.slice(query)
}

function withoutHost(target: string): string {
  if (target.startsWith('/')) return target
  const path = /^https?:\/\/[^/?#]*(.*)$/i.exec(target)?.[1]
  if (path === undefined) return target
  return path.startsWith('/') ? path : `/${path}`
}

/** @param target as it stands in the request line, query included */
export function matchPath(target: string): RouteMatch {
  const direct = RELAYS.get(target)
  if (direct !== undefined) return direct
  const query = target.indexOf('?')
  const path = normalise(query === -1 ? target : target.slice(0, query))
  const known = RELAYS.get(path)
  if (known !== undefined) return known
  const gemini = geminiMatch(path, query === -1 ? '' : target.slice(query))
  if (gemini !== null) return gemini
  if (path === MODELS) return LIST
  if (path.startsWith(`${MODELS}/`)) {
    const id = decode(path.slice(MODELS.length + 1))
    return id === null ? { kind: 'unknown', nearest: MODELS } : { kind: 'models', id }
  }
  if (path === '/') return ROOT
  // `OPTIONS *`, and whatever else is no path.
  if (!path.startsWith('/')) return { kind: 'unknown', nearest: MODELS }
  if (path === DECISIONS.path) return DECISION
  if (BILLING_PATHS.includes(path)) return CONTROL
  if (path === FEEDBACK || RECEIPT.test(path)) return stored(path, query === -1 ? '' : target.slice(query), target)
  if (STORED.test(path)) return stored(path, query === -1 ? '' : target.slice(query), target)
  if (path === '/v1' || path.startsWith('/v1/')) return { kind: 'unknown', nearest: nearestPath(path) }
  return CONTROL
}

/** The dialect of whoever uses such a path, for errors before anything else is known. */
export function dialectOfPath(path: string): ClientDialectName {
  if (GEMINI_PREFIX.test(path)) return 'gemini'
  if (path.includes('/messages')) return 'anthropic-messages'
  return path.includes('/responses') ? 'openai-responses' : 'openai-chat'
}

/** The key of a query, which only Google's clients put there; null = none. */
export function keyInQuery(target: string): string | null {
  const query = target.indexOf('?')
  return query === -1 ? null : new URLSearchParams(target.slice(query)).get('key')
}

/** The model and the method stand in the path; `/v1/models/x:generateContent` is Google's too. */
function geminiMatch(path: string, query: string): RouteMatch | null {
  const isGoogle = GEMINI_PREFIX.test(path)
  if (!isGoogle && !(path.startsWith(MODELS) && path.includes(':'))) return null
  const named = parseModelPath(path)
  const method = named === null ? undefined : GEMINI_METHODS.get(named.method)
  if (named !== null && method !== undefined) {
    const arrayStream = method.stream && new URLSearchParams(query).get('alt') !== 'sse'
    return {
      kind: 'relay',
      endpoint: method.endpoint,
      path: { model: named.model, stream: method.stream, arrayStream },
    }
  }
  // `/v1/models/llama3:8b` is a model with a colon in its name.
  if (!isGoogle) return null
  const rest = path.replace(GEMINI_PREFIX, '')
  if (rest === '/models') return LIST
  const id = rest.startsWith('/models/') ? decode(rest.slice('/models/'.length)) : null
  return id === null || named !== null ? { kind: 'unknown', nearest: '/v1beta/models' } : { kind: 'models', id }
}

function stored(path: string, query: string, target: string): RouteMatch {
  const normal = path + query
  return normal === target ? CONTROL : { kind: 'control', target: normal }
}

/** Whether its body may be as large as a request for a model. @param target path and query */
export function takesItems(target: string): boolean {
  return target.startsWith('/v1/conversations')
}

/** A base URL that was given with or without `/v1`, or twice, means the same to everybody who writes it. */
function normalise(path: string): string {
  let plain = path.length > 1 && path.endsWith('/') ? path.replace(/\/+$/, '') || '/' : path
  while (plain.startsWith('/v1/v1/') || plain === '/v1/v1') plain = plain.slice(3)
  if (plain.startsWith('/v1/')) return plain
  if (ENDPOINT_BY_PATH.has(`/v1${plain}`) || STORED.test(`/v1${plain}`)) return `/v1${plain}`
  return plain === '/models' || plain.startsWith('/models/') ? `/v1${plain}` : plain
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

/** The known path that takes the fewest changes. */
function nearestPath(path: string): string {
  let best = KNOWN_PATHS[0] ?? '/'
  let bestDistance = Infinity
  for (const known of KNOWN_PATHS) {
    const distance = editDistance(path.slice(0, 100), known)
    if (distance < bestDistance) {
      best = known
      bestDistance = distance
    }
  }
  return best
}

function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= right.length; column += 1) {
      const same = left.charCodeAt(row - 1) === right.charCodeAt(column - 1) ? 0 : 1
      current.push(
        Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (previous[column - 1] ?? 0) + same),
      )
    }
    previous = current
  }
  return previous[right.length] ?? 0
}
