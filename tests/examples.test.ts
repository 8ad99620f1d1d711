// Every example of the documentation that calls the gateway is run, as it stands there, against a gateway that was
// started as a newcomer starts it: `fairlead start`, no configuration, no account, the key that it prints.
import { randomBytes } from 'node:crypto'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { codeBlocks, page, ROOT } from './pages.ts'

const run = promisify(execFile)
const WRITTEN_ADDRESS = 'http://127.0.0.1:8080'
const hasCurl = await works('curl', ['--version'])
/** The operator's: some examples are his. */
const masterKey = randomBytes(24).toString('hex')
const PAGES = ['README.md', 'docs/quickstart.md', 'docs/api.md', 'docs/responses.md', 'docs/people.md']

let folder = ''
let gateway: ChildProcess
let url = ''
let key = ''
/** Of the first operator. */
let token = ''

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-examples-'))
  const launcher = join(ROOT, 'packages/gateway/bin/fairlead.cjs')
  gateway = spawn(process.execPath, [launcher, 'start', '--port', '0'], {
    cwd: folder,
    env: { PATH: process.env.PATH, FAIRLEAD_DATA_DIR: join(folder, 'data'), FAIRLEAD_MASTER_KEY: masterKey },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let printed = ''
  for await (const chunk of gateway.stdout ?? []) {
    printed += String(chunk)
    if (printed.includes('Try it:')) break
  }
  if (!printed.includes('Try it:')) throw new Error(`The gateway ended before it was ready:\n${printed}`)
  url = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0] ?? ''
  key = /sk-fl-\w{54}/.exec(printed)?.[0] ?? ''
  token = await makeToken(/\/set-up#([\w-]+)/.exec(printed)?.[1] ?? '')
})

afterAll(async () => {
  // The primary itself: its workers go with it, and the launcher after it.
  const { pid } = z.object({ pid: z.number() }).parse(JSON.parse(readFileSync(join(folder, 'data/run.json'), 'utf8')))
  const exited = once(gateway, 'exit')
  process.kill(pid, 'SIGKILL')
  await exited
  rmSync(folder, { recursive: true, maxRetries: 5 })
})

const curls = PAGES.flatMap((path) =>
  codeBlocks(page(path), 'sh').flatMap((block) =>
    [...block.matchAll(/^curl (?:.*\\\n)*.*$/gm)].map(([command]) => [path, command] as const),
  ),
)

describe.skipIf(!hasCurl)('with curl', () => {
  it('finds the examples', () => expect(curls.length).toBeGreaterThanOrEqual(6))

  it.each(curls)('%s: %s', async (_path, command) => {
    const line = command.replaceAll(WRITTEN_ADDRESS, url).replace('curl ', 'curl --silent --show-error --fail ')
    const { stdout } = await run('sh', ['-c', line], {
      env: { PATH: process.env.PATH, FAIRLEAD_KEY: key, FAIRLEAD_MASTER_KEY: masterKey, FAIRLEAD_TOKEN: token },
    })
    expect(stdout).toMatch(/^(?:\{.*\}|data: .*)\s*$/s)
    if (line.includes('"stream": true'))
      expect(stdout).toMatch(line.includes('fail=') ? /data: \{"error".*\n\n$/ : /data: \[DONE\]\n\n$/)
  })
})

/** Each of them says hello. */
const ANSWER = /^\[simulated answer from [\w.-]+\] Hello! How can I help you today\?$/

interface Example {
  readonly name: string
  readonly code: string
}

const javascripts = examplesIn('js')
const pythons = examplesIn('python')

it('finds the examples for SDKs', () => {
  expect([javascripts.length, pythons.length].map((count) => count >= 4)).toEqual([true, true])
})

it.each(javascripts)('in JavaScript: $name', async ({ code }) => {
  expect(await runCode(code, 'mjs', process.execPath)).toMatch(ANSWER)
})

describe.each(pythons)('in Python: $name', async ({ code }) => {
  // Python's own packages are no dependency of this repository.
  const [statement = ''] = /^from \S+ import \S+$/m.exec(code) ?? []
  it.skipIf(!(await works('python3', ['-c', statement])))('runs', async () => {
    expect(await runCode(code, 'py', 'python3')).toMatch(ANSWER)
  })
})

/** Named by its page and the line that says what to install. */
function examplesIn(language: string): Example[] {
  return PAGES.flatMap((path) =>
    codeBlocks(page(path), language).map((code) => ({ name: `${path} ${code.split('\n')[0]}`, code })),
  )
}

async function runCode(code: string, ending: string, program: string): Promise<string> {
  // Inside the repository, where `import OpenAI from 'openai'` finds it.
  const place = mkdtempSync(join(ROOT, 'node_modules/.examples-'))
  try {
    const file = join(place, `example.${ending}`)
    writeFileSync(file, code.replaceAll(WRITTEN_ADDRESS, url))
    const { stdout } = await run(program, [file], { env: { PATH: process.env.PATH, FAIRLEAD_KEY: key } })
    return stdout.trim()
  } finally {
    rmSync(place, { recursive: true })
  }
}

/** As the first operator comes in, by the link that was printed. */
async function makeToken(link: string): Promise<string> {
  const post = async (path: string, body: object, headers = {}): Promise<Response> =>
    await fetch(url + path, { method: 'POST', headers: { origin: url, ...headers }, body: JSON.stringify(body) })
  const password = randomBytes(12).toString('hex')
  const came = await post('/api/login/link', { token: link, email: 'ada@example.com', password })
  const cookie = came.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
  const { session } = z.object({ session: z.object({ csrf_token: z.string() }) }).parse(await came.json())
  const wanted = { name: 'examples', scopes: ['read'] }
  const made = await post('/api/me/tokens', wanted, { cookie, 'x-csrf-token': session.csrf_token })
  return z.object({ value: z.string() }).parse(await made.json()).value
}

async function works(program: string, args: readonly string[]): Promise<boolean> {
  return await run(program, [...args]).then(
    () => true,
    () => false,
  )
}
