// One example in one language, ready to be copied: it runs as it is where the variable with the key is set.
import { curlSnippet } from './curl.ts'
import { EXAMPLES } from './examples.ts'
import type { Example, ExampleId, Language, Snippet, SnippetSetup } from './example.ts'
import { goSnippet } from './go.ts'
import { NODE_INSTALL, nodeSnippet } from './node.ts'
import { powershellSnippet } from './powershell.ts'
import { PYTHON_INSTALL, pythonSnippet } from './python.ts'

const WRITERS: Readonly<Record<Language, (example: Example, setup: SnippetSetup) => string>> = {
  curl: curlSnippet,
  python: pythonSnippet,
  node: nodeSnippet,
  go: goSnippet,
  powershell: powershellSnippet,
}

const ENDINGS: Readonly<Record<Language, string>> = {
  curl: 'sh',
  python: 'py',
  node: 'mjs',
  go: 'go',
  powershell: 'ps1',
}

export function findExample(id: ExampleId): Example {
  const example = EXAMPLES.find((one) => one.id === id)
  if (example === undefined) throw new Error(`There is no example "${id}".`)
  return example
}

export function snippetOf(example: Example, language: Language, setup: SnippetSetup): Snippet {
  return {
    fileName: `${example.fileName}.${ENDINGS[language]}`,
    language,
    text: WRITERS[language](example, setup),
    install:
      language === 'python' ? PYTHON_INSTALL[example.sdk] : language === 'node' ? NODE_INSTALL[example.sdk] : null,
  }
}
