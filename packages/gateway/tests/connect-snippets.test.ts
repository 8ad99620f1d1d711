// Every snippet that the documentation page shows is run as a reader would run it: pasted, with the variable of the key set,
// against a gateway whose simulator answers. A language that this machine does not have is skipped, and says so.
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EXAMPLES } from '../src/connect/snippets/examples.ts'
import { LANGUAGES, type Example, type Language, type SnippetSetup } from '../src/connect/snippets/example.ts'
import { snippetOf } from '../src/connect/snippets/snippet.ts'
import { startSimulator, type Simulator } from '../src/providers/simulator/server.ts'
import { startGateway, type TestGateway } from './support/gateway.ts'

const PACKAGE = resolve(import.meta.dirname, '..')
const PYTHONS = [
  process.env['FAIRLEAD_PYTHON'],
  'python3',
  resolve(PACKAGE, '../../acceptance/.cache/python/bin/python'),
]

/** What runs a file of each language; undefined = it is not here. */
const RUNNERS: Readonly<Record<Language, readonly string[] | undefined>> = {
  curl: has('bash', '-c', 'command -v curl') ? ['bash'] : undefined,
  node: [process.execPath, '--input-type=module', '-'],
  python: pythonRunner(),
  go: has('go', 'version') ? ['go', 'run'] : undefined,
  powershell: has('pwsh', '-v') ? ['pwsh', '-NoProfile', '-File'] : undefined,
}

const MODELS = ['gpt-4o-mini', 'meta/chat:free', 'text-embedding-3-small', 'gpt-image-1']

let simulator: Simulator
let gateway: TestGateway
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-snippets-'))
  simulator = await startSimulator({ models: MODELS.map((id) => ({ id })) })
  gateway = await startGateway(
    [
      `providers: [{ name: simulator, type: openai-compatible, base_url: "${simulator.url}", api_key: none }]`,
      'models:',
      ...MODELS.map((id) => `  - { id: "${id}", targets: [{ provider: simulator, model: "${id}" }] }`),
    ].join('\n'),
  )
})
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]()
  await simulator?.[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

function setupFor(chat: string): SnippetSetup {
  const models = { chat, embeddings: 'text-embedding-3-small', images: 'gpt-image-1' }
  return { origin: gateway.origin, keyVariable: 'YOUR_API_KEY', models }
}

/** Something that only an answer can have brought. */
const ANSWER: Readonly<Record<Example['id'], RegExp>> = {
  chat: /How can I help you today/,
  stream: /Hello|Hi|Good|Welcome|greet/i,
  tools: /get_weather[\s\S]*city/,
  json: /city[\s\S]*country/,
  vision: /attachment/,
  embeddings: /1536|"embedding"/,
  images: /image\.png|"b64_json"/,
  responses: /How can I help you today/,
  messages: /How can I help you today/,
  gemini: /How can I help you today/,
  models: /gpt-4o-mini[\s\S]*text-embedding-3-small|text-embedding-3-small[\s\S]*gpt-4o-mini/,
}

describe.each(LANGUAGES)('in %s', (language) => {
  const runner = RUNNERS[language]
  if (runner === undefined)
    console.warn(`SKIPPED: this machine cannot run ${language}, so its snippets were not tried.`)

  // Go compiles its own library first, where nobody has used it yet.
  if (language === 'go' && runner !== undefined) {
    beforeAll(async () => {
      const warm = 'package main\n\nimport _ "net/http"\n\nfunc main() {}\n'
      await runFile(runner, 'warm.go', warm)
    }, 400_000)
  }

  test.skipIf(runner === undefined).each(EXAMPLES.map((example) => [example.id, example] as const))(
    'the snippet %s runs as it is, and is answered',
    async (id, example) => {
      const { fileName, text } = snippetOf(example, language, setupFor('gpt-4o-mini'))
      const printed = await runFile(runner ?? [], fileName, text)
      if (language !== 'curl' && id === 'stream') expect(printed.length).toBeGreaterThan(20)
      expect(printed.replaceAll(/"\},.*?"content":"/g, '')).toMatch(ANSWER[id])
    },
  )

  test.skipIf(runner === undefined)('the model that was chosen is the one that answers', async () => {
    const { fileName, text } = snippetOf(EXAMPLES[0] as Example, language, setupFor('meta/chat:free'))
    expect(await runFile(runner ?? [], fileName, text)).toContain('[simulated answer from meta/chat:free]')
  })
})

test('no snippet carries a key, and all of them name the chosen model', () => {
  for (const example of EXAMPLES) {
    for (const language of LANGUAGES) {
      const { text } = snippetOf(example, language, setupFor('vendor/a-model'))
      expect(text).toContain('YOUR_API_KEY')
      if (example.model === 'chat') expect(text).toContain('vendor/a-model')
      expect(text).not.toMatch(/gpt-4o-mini|sk-/)
    }
  }
})

test('the PowerShell of Windows, which takes text for Latin-1, is told in every snippet that it is UTF-8', () => {
  for (const example of EXAMPLES) {
    const { text } = snippetOf(example, 'powershell', setupFor('gpt-4o-mini'))
    if (example.streams === true) expect(text).toContain('StringContent]::new($body, [Text.Encoding]::UTF8')
    else expect(text).toMatch(/Invoke-WebRequest -UseBasicParsing .*\n.*UTF8\.GetString\(\$answer\.RawContentStream/)
    if (example.streams !== true && example.body !== null) expect(text).toContain('charset=utf-8" -Body $body')
  }
})

test.each([
  ['chat', 'chat.sh'],
  ['stream', 'stream.sh'],
  ['embeddings', 'embeddings.sh'],
  ['images', 'images.sh'],
] as const)('the first snippet of %s is the one that pages of this kind have always shown', (id, file) => {
  const page = readFileSync(resolve(PACKAGE, '../../acceptance/seeds/requests/seed-001', file), 'utf8')
  const example = EXAMPLES.find((one) => one.id === id) as Example
  const { text } = snippetOf(example, 'curl', { ...setupFor('gpt-4o-mini'), origin: 'https://your-domain.com' })
  expect(text.replace('curl -N', 'curl').trim()).toBe(page.trim())
})

test('a model with an evil name stays text in every language that can be tried', async () => {
  const evil = `a'b"c\`d$(touch evil)\${e}\\n%s`
  const setup = setupFor(evil)
  const [chat] = EXAMPLES
  for (const language of ['curl', 'node', 'python', 'go'] as const) {
    const runner = RUNNERS[language]
    if (runner === undefined || chat === undefined) continue
    const { fileName, text } = snippetOf(chat, language, setup)
    const printed = await runFile(runner, fileName, text, false)
    expect(printed).toMatch(/model_not_found|does not exist here/)
  }
  expect(existsSync(join(folder, 'evil'))).toBe(false)
})

async function runFile(runner: readonly string[], fileName: string, text: string, mustEndWell = true): Promise<string> {
  const path = join(folder, fileName)
  writeFileSync(path, text)
  const [command = '', ...args] = runner
  const byStdin = args.at(-1) === '-'
  const child = spawn(command, byStdin ? args : [...args, path], {
    // The packages of this checkout are found from here.
    cwd: byStdin ? PACKAGE : folder,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      YOUR_API_KEY: gateway.key,
      NO_PROXY: '*',
      NO_COLOR: '1',
    },
    stdio: 'pipe',
  })
  child.stdin.end(byStdin ? text.replaceAll("'image.png'", JSON.stringify(join(folder, 'image.png'))) : '')
  let printed = ''
  let complaints = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (printed += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (complaints += chunk))
  const { promise, resolve: end } = Promise.withResolvers<number | null>()
  child.on('close', end)
  const code = await promise
  if (mustEndWell && code !== 0) throw new Error(`${fileName} ended with ${code}:\n${complaints}\n${printed}`)
  return mustEndWell ? printed : printed + complaints
}

function has(command: string, ...args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore', timeout: 20_000 })
    return true
  } catch {
    return false
  }
}

function pythonRunner(): readonly string[] | undefined {
  const found = PYTHONS.find(
    (python) => python !== undefined && has(python, '-c', 'import openai, anthropic, google.genai'),
  )
  return found === undefined ? undefined : [found]
}
