import type { Example, SnippetSetup } from './example.ts'
import { modelOf } from './http-call.ts'
import { entriesOf, JAVASCRIPT_NOTATION, literal } from './literals.ts'

export const NODE_INSTALL: Readonly<Record<Example['sdk'], string>> = {
  openai: 'npm install openai',
  anthropic: 'npm install @anthropic-ai/sdk',
  google: 'npm install @google/genai',
}

export function nodeSnippet(example: Example, setup: SnippetSetup): string {
  const { method, result, after, imports = [] } = example.node
  const model = modelOf(example.model, setup)
  const call = example.sdkArguments?.(model) ?? example.body?.(model) ?? {}
  const written = entriesOf(call).length === 0 ? '' : literal(call, JAVASCRIPT_NOTATION)
  const [sdkImport, ...construction] = client(example.sdk, setup)
  return [
    ...imports,
    sdkImport,
    '',
    ...construction,
    '',
    `const ${result} = await ${method}(${written})`,
    ...after,
    '',
  ].join('\n')
}

function client(sdk: Example['sdk'], { origin, keyVariable }: SnippetSetup): string[] {
  const text = JAVASCRIPT_NOTATION.text
  const key = `  apiKey: process.env.${keyVariable},`
  switch (sdk) {
    case 'openai':
      return [
        "import OpenAI from 'openai'",
        'const client = new OpenAI({',
        `  baseURL: ${text(`${origin}/v1`)},`,
        key,
        '})',
      ]
    case 'anthropic':
      return [
        "import Anthropic from '@anthropic-ai/sdk'",
        'const client = new Anthropic({',
        `  baseURL: ${text(origin)},`,
        key,
        '})',
      ]
    case 'google':
      return [
        "import { GoogleGenAI } from '@google/genai'",
        'const client = new GoogleGenAI({',
        key,
        `  httpOptions: { baseUrl: ${text(origin)} },`,
        '})',
      ]
  }
}
