import type { Example, SnippetSetup } from './example.ts'
import { httpCall } from './http-call.ts'
import { shellQuoted } from './literals.ts'

export function curlSnippet(example: Example, setup: SnippetSetup): string {
  const { url, headers, keyHeader, body } = httpCall(example, setup)
  const [name, prefix] = keyHeader
  const parts = [
    `curl${example.streams === true ? ' -N' : ''} ${shellQuoted(url)}`,
    ...headers.map(([header, value]) => `-H "${header}: ${value}"`),
    `-H "${name}: ${prefix}$${setup.keyVariable}"`,
    ...(body === null ? [] : [`-d ${bodyQuoted(body)}`]),
  ]
  return `${parts.join(' \\\n  ')}\n`
}

/** Further in than the option, as a person writes it; always quoted. */
function bodyQuoted(body: string): string {
  return `'${body.replaceAll("'", String.raw`'\''`).replaceAll('\n', '\n  ')}'`
}
