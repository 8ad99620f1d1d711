// Programs of one's own. What is shown is the first example of the documentation, which a test runs.
import { addressTrouble, keyTrouble, localTroubles, MODEL_TROUBLE } from '../common-troubles.ts'
import type { ExampleId, Language } from '../snippets/example.ts'
import { findExample, snippetOf } from '../snippets/snippet.ts'
import type { Setup, Speaks, Tool } from '../tool.ts'

interface Sdk {
  readonly id: string
  readonly name: string
  readonly language: Language
  readonly example: ExampleId
  readonly speaks: Speaks
  readonly homepage: string
  readonly run: string
  readonly prefers?: readonly string[]
  /** With a look at PATH, as Windows spells it. */
  readonly evidence?: Tool['evidence']
}

export const SDK_TOOLS: readonly Tool[] = [
  sdk({
    id: 'openai-python',
    name: 'OpenAI SDK (Python)',
    language: 'python',
    example: 'chat',
    speaks: 'openai-chat',
    homepage: 'https://github.com/openai/openai-python',
    run: 'python',
  }),
  sdk({
    id: 'openai-node',
    name: 'OpenAI SDK (Node)',
    language: 'node',
    example: 'chat',
    speaks: 'openai-chat',
    homepage: 'https://github.com/openai/openai-node',
    run: 'node',
  }),
  sdk({
    id: 'anthropic-python',
    name: 'Anthropic SDK (Python)',
    language: 'python',
    example: 'messages',
    speaks: 'anthropic-messages',
    homepage: 'https://github.com/anthropics/anthropic-sdk-python',
    run: 'python',
    prefers: ['claude-sonnet-*', 'claude-*', '*'],
  }),
  sdk({
    id: 'anthropic-node',
    name: 'Anthropic SDK (Node)',
    language: 'node',
    example: 'messages',
    speaks: 'anthropic-messages',
    homepage: 'https://github.com/anthropics/anthropic-sdk-typescript',
    run: 'node',
    prefers: ['claude-sonnet-*', 'claude-*', '*'],
  }),
  sdk({
    id: 'google-python',
    name: 'Google Gen AI SDK (Python)',
    language: 'python',
    example: 'gemini',
    speaks: 'gemini',
    homepage: 'https://github.com/googleapis/python-genai',
    run: 'python',
    prefers: ['gemini-*', '*'],
  }),
  sdk({
    id: 'go',
    name: 'Go',
    language: 'go',
    example: 'chat',
    speaks: 'openai-chat',
    homepage: 'https://pkg.go.dev/net/http',
    run: 'go run',
  }),
  sdk({
    id: 'powershell',
    name: 'PowerShell',
    language: 'powershell',
    example: 'chat',
    speaks: 'openai-chat',
    homepage: 'https://learn.microsoft.com/powershell/module/microsoft.powershell.utility/invoke-webrequest',
    run: 'pwsh',
    evidence: 'documentation',
  }),
]

function sdk({ language, example: id, run, prefers, evidence, ...rest }: Sdk): Tool {
  const example = findExample(id)
  return {
    ...rest,
    kind: 'code',
    evidence: evidence ?? 'run',
    prefers: prefers ?? ['gpt-4o-mini', 'gpt-*', '*'],
    guide(setup) {
      const { fileName, text, install } = snippetOf(example, language, snippetSetup(setup))
      return {
        steps: [
          { kind: 'key', variable: setup.keyVariable },
          ...(install === null ? [] : [{ kind: 'command', command: install, say: 'step.install' } as const]),
          { kind: 'text', name: fileName, language, text, say: 'step.program' },
        ],
        verify: { command: `${run} ${fileName}`, endpoint: example.path },
        troubles: [
          keyTrouble(setup.keyVariable),
          addressTrouble(setup, rest.speaks),
          { say: 'trouble.sdk-base' },
          MODEL_TROUBLE,
          ...localTroubles(setup),
        ],
      }
    },
  }
}

function snippetSetup({ origin, keyVariable, model }: Setup) {
  return { origin, keyVariable, models: { chat: model, embeddings: model, images: model } }
}
