// What a request tells of who sent it: which dialect it expects, and where it carries its key.

import type { ClientDialectName } from '../dialects/pass-dialects.ts'
import type { ModelShape } from './model-list.ts'
import { dialectOfPath, keyInQuery } from './paths.ts'
import type { RequestHead } from './request-head.ts'

/** For paths that several dialects share. */
export function callerDialect(request: RequestHead): ClientDialectName {
  if (request.headers['anthropic-version'] !== undefined) return 'anthropic-messages'
  return dialectOfPath(pathOf(request))
}

export function modelShape(request: RequestHead): ModelShape {
  const dialect = callerDialect(request)
  if (dialect === 'anthropic-messages') return 'anthropic'
  return dialect === 'gemini' ? 'gemini' : 'openai'
}

/** Of the list of models, or of one, as rules about endpoints name it. */
export function modelsPath(request: RequestHead, id: string | null): string {
  const list = dialectOfPath(pathOf(request)) === 'gemini' ? '/v1beta/models' : '/v1/models'
  return id === null ? list : `${list}/{model}`
}

/** Google's clients may carry the key in the query; nobody else may. */
export function withQueryKey(request: RequestHead): RequestHead['headers'] {
  const { headers, url } = request
  const target = url ?? '/'
  if (!target.includes('key=') || dialectOfPath(pathOf(request)) !== 'gemini') return headers
  const key = headers['x-goog-api-key'] === undefined && headers.authorization === undefined ? keyInQuery(target) : null
  return key === null ? headers : { ...headers, 'x-goog-api-key': key }
}

/** Without its query, and not longer than anybody would quote. */
export function pathOf(request: RequestHead): string {
  return (request.url ?? '/').split('?')[0]?.slice(0, 200) ?? '/'
}
