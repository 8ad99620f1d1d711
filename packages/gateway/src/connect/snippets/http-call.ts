// An example as a call over HTTP, for the languages that make it without an SDK.
import type { Example, SnippetSetup } from './example.ts'
import { JSON_NOTATION, literal } from './literals.ts'

export interface HttpCall {
  readonly method: 'GET' | 'POST'
  readonly url: string
  /** Name and value; the key is left out, and stands in `keyHeader` with what comes before it. */
  readonly headers: readonly (readonly [string, string])[]
  readonly keyHeader: readonly [name: string, prefix: string]
  readonly body: string | null
}

export function httpCall({ method, path, sdk, body, model: use }: Example, setup: SnippetSetup): HttpCall {
  const model = modelOf(use, setup)
  return {
    method,
    url: setup.origin + path.replace('{model}', encodeURIComponent(model).replaceAll('%2F', '/')),
    headers: [
      ...(body === null ? [] : [['Content-Type', 'application/json'] as const]),
      ...(sdk === 'anthropic' ? [['anthropic-version', '2023-06-01'] as const] : []),
    ],
    keyHeader:
      sdk === 'openai' ? ['Authorization', 'Bearer '] : [sdk === 'anthropic' ? 'x-api-key' : 'x-goog-api-key', ''],
    body: body === null ? null : literal(body(model), JSON_NOTATION),
  }
}

/** '' where an example names none. */
export function modelOf(use: Example['model'], { models }: SnippetSetup): string {
  return use === null ? '' : models[use]
}
