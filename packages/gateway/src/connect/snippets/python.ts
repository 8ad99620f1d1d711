import type { Json } from '../edit.ts'
import type { Example, SnippetSetup } from './example.ts'
import { modelOf } from './http-call.ts'
import { entriesOf, literal, PYTHON_NOTATION } from './literals.ts'

export const PYTHON_INSTALL: Readonly<Record<Example['sdk'], string>> = {
  openai: 'pip install openai',
  anthropic: 'pip install anthropic',
  google: 'pip install google-genai',
}

export function pythonSnippet(example: Example, setup: SnippetSetup): string {
  const { method, result, after, imports = [] } = example.python
  const model = modelOf(example.model, setup)
  const call = example.sdkArguments?.(model) ?? example.body?.(model) ?? {}
  return [
    ...['os', ...imports].toSorted().map((name) => `import ${name}`),
    '',
    ...client(example.sdk, setup),
    '',
    `${result} = ${method}(${keywords(call)})`,
    ...after,
    '',
  ].join('\n')
}

function client(sdk: Example['sdk'], { origin, keyVariable }: SnippetSetup): string[] {
  const text = PYTHON_NOTATION.text
  const key = `os.environ[${text(keyVariable)}]`
  switch (sdk) {
    case 'openai':
      return [
        'from openai import OpenAI',
        '',
        'client = OpenAI(',
        `    base_url=${text(`${origin}/v1`)},`,
        `    api_key=${key},`,
        ')',
      ]
    case 'anthropic':
      return [
        'from anthropic import Anthropic',
        '',
        'client = Anthropic(',
        `    base_url=${text(origin)},`,
        `    api_key=${key},`,
        ')',
      ]
    case 'google':
      return [
        'from google import genai',
        '',
        'client = genai.Client(',
        `    api_key=${key},`,
        `    http_options={"base_url": ${text(origin)}},`,
        ')',
      ]
  }
}

function keywords(call: Json): string {
  const members = entriesOf(call)
  if (members.length === 0) return ''
  const lines = members.map(([name, value]) => `    ${name}=${literal(value, PYTHON_NOTATION, '    ')},\n`)
  return `\n${lines.join('')}`
}
