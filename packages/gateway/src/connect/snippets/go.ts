// With the standard library alone: `go run` needs no module for it.
import type { Example, SnippetSetup } from './example.ts'
import { httpCall } from './http-call.ts'

export function goSnippet(example: Example, setup: SnippetSetup): string {
  const { method, url, headers, keyHeader, body } = httpCall(example, setup)
  const [name, prefix] = keyHeader
  const key = `os.Getenv(${JSON.stringify(setup.keyVariable)})`
  const imports = ['io', 'net/http', 'os', ...(body === null ? [] : ['strings'])]
  return [
    'package main',
    '',
    'import (',
    ...imports.map((module) => `\t"${module}"`),
    ')',
    '',
    'func main() {',
    ...(body === null ? [] : [`\tbody := ${rawText(body)}`]),
    `\trequest, err := http.NewRequest("${method}", ${JSON.stringify(url)}, ${body === null ? 'nil' : 'strings.NewReader(body)'})`,
    ...failure(),
    ...headers.map(([header, value]) => `\trequest.Header.Set("${header}", "${value}")`),
    `\trequest.Header.Set("${name}", ${prefix === '' ? key : `"${prefix}"+${key}`})`,
    '',
    '\treply, err := http.DefaultClient.Do(request)',
    ...failure(),
    '\tdefer reply.Body.Close()',
    '\tif _, err := io.Copy(os.Stdout, reply.Body); err != nil {',
    '\t\tpanic(err)',
    '\t}',
    '}',
    '',
  ].join('\n')
}

function failure(): string[] {
  return ['\tif err != nil {', '\t\tpanic(err)', '\t}']
}

/** Between backticks nothing is escaped, and so a backtick cannot stand there. */
function rawText(body: string): string {
  return `\`${body.replaceAll('\n', '\n\t').replaceAll('`', '` + "`" + `')}\``
}
