// Runs a page's request as its reader would: pasted into a shell, into Node or into Python.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { check } from '../lib/check.ts'
import { bareEnvironment } from '../lib/gateway.ts'
import type { Reply } from '../lib/http.ts'
import { repositoryRoot } from '../lib/paths.ts'
import { run } from '../lib/run.ts'
import type { Finished } from '../lib/run.ts'
import type { Endpoint } from './context.ts'

// What each page writes where a reader puts in something of their own. Seed 001 reads its key from $YOUR_API_KEY.
const HOSTS = [
  'https://vibeapi.vip',
  'https://kiro-gateway-production-07e4.up.railway.app',
  'https://your-domain.com',
  'http://localhost:8080',
  'https://api.apibridge.cc',
  'https://kairosroute.com',
]
const KEYS = [
  /(?<=Bearer |["'])(?:your-api-key-here|sk-your-master-key-here|YOUR_API_KEY)(?=["'])/g,
  /(?<=Bearer )kr_live_x*\.\.\./g,
]

export interface CurlReply extends Reply {
  readonly arrivals: Finished['arrivals']
}

/** `path` is relative to `requests/`. `also` holds what a reader would fill in besides host and key (an id they got). */
export async function curl(
  path: string,
  endpoint: Endpoint,
  also: Readonly<Record<string, string>> = {},
): Promise<CurlReply> {
  return curlText(fill(await load(path), endpoint, also), endpoint)
}

export async function curlText(command: string, endpoint: Endpoint): Promise<CurlReply> {
  // curl is told to save the headers by a .curlrc of its own, so that the command itself stays as the page has it.
  const directory = await mkdtemp(join(tmpdir(), 'fairlead-curl-'))
  try {
    const headersFile = join(directory, 'headers')
    await writeFile(
      join(directory, '.curlrc'),
      `silent\nshow-error\nmax-time = 60\nnoproxy = "*"\ndump-header = "${headersFile}"\n`,
    )
    const finished = await run('sh', ['-c', command], {
      env: { ...bareEnvironment(), CURL_HOME: directory, YOUR_API_KEY: endpoint.key },
    })
    check(finished.exitCode === 0, `curl ended with ${finished.exitCode}: ${finished.stderr.trim()}`)
    const { status, headers } = lastHead(await readFile(headersFile, 'latin1'))
    return { status, headers, text: finished.stdout, arrivals: finished.arrivals }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** Runs one or more files as one program with the `openai` package of this checkout; what it printed. */
export async function javascript(paths: readonly string[], endpoint: Endpoint): Promise<string> {
  const program = await programOf(paths, endpoint)
  const finished = await run(process.execPath, ['--input-type=module', '-'], {
    stdin: program,
    cwd: repositoryRoot,
    env: { ...bareEnvironment(), YOUR_API_KEY: endpoint.key },
  })
  check(finished.exitCode === 0, `node ended with ${finished.exitCode}: ${lastLines(finished.stderr)}`)
  return finished.stdout
}

export interface ProgramOptions {
  /** Cuts the first file before that text, for a page that goes on from its own start. */
  readonly stopAt?: string
  /** What a reader would put in place of the page's own words, such as another model. */
  readonly also?: Readonly<Record<string, string>>
}

/** The same in Python. */
export async function python(
  interpreter: string,
  paths: readonly string[],
  endpoint: Endpoint,
  options: ProgramOptions = {},
): Promise<string> {
  const program = await programOf(paths, endpoint, options)
  const finished = await run(interpreter, ['-'], { stdin: program, env: bareEnvironment() })
  check(finished.exitCode === 0, `python ended with ${finished.exitCode}: ${lastLines(finished.stderr)}`)
  return finished.stdout
}

/** One Python program: the start of a page's snippet, and then another snippet once for each model, named in place of `model`. */
export async function pythonForEach(
  interpreter: string,
  snippets: { readonly start: string; readonly stopAt: string; readonly loop: string; readonly model: string },
  models: readonly string[],
  endpoint: Endpoint,
): Promise<string[]> {
  const loop = await load(snippets.loop)
  check(loop.includes(snippets.model), `${snippets.loop} does not name ${snippets.model}`)
  const start = await programOf([snippets.start], endpoint, { stopAt: snippets.stopAt })
  const loops = models.map((id) => `${loop.replaceAll(snippets.model, id)}\nprint("${BETWEEN}")\n`)
  const finished = await run(interpreter, ['-'], { stdin: [start, ...loops].join('\n'), env: bareEnvironment() })
  check(finished.exitCode === 0, `python ended with ${finished.exitCode}: ${lastLines(finished.stderr)}`)
  return finished.stdout.split(BETWEEN).slice(0, models.length)
}

const BETWEEN = '=== the next model ==='

async function programOf(
  paths: readonly string[],
  endpoint: Endpoint,
  { stopAt, also = {} }: ProgramOptions = {},
): Promise<string> {
  const parts = await Promise.all(paths.map(load))
  const [first = '', ...rest] = parts
  const start = stopAt === undefined ? first : first.slice(0, first.indexOf(stopAt))
  return fill([start, ...rest].join('\n'), endpoint, also)
}

function load(path: string): Promise<string> {
  return readFile(new URL(`requests/${path}`, import.meta.url), 'utf8')
}

function fill(snippet: string, endpoint: Endpoint, also: Readonly<Record<string, string>>): string {
  let filled = snippet
  for (const host of HOSTS) filled = filled.replaceAll(host, endpoint.url)
  for (const key of KEYS) filled = filled.replace(key, () => endpoint.key)
  for (const [from, to] of Object.entries(also)) filled = filled.replaceAll(from, to)
  return filled
}

function lastHead(dump: string): Pick<Reply, 'status' | 'headers'> {
  // More than one head: an interim reply (100) comes first.
  const head =
    dump
      .trim()
      .split(/\r?\n\r?\n/)
      .at(-1) ?? ''
  const [statusLine = '', ...lines] = head.split(/\r?\n/)
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim()
  }
  return { status: Number(statusLine.split(' ')[1]), headers }
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-6).join('\n')
}
