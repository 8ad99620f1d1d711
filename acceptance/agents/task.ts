// One agent, one provider family, one task: read a note, write a file and run a command, say what the note says. The model's part is
// scripted: three answers, the second with several calls at once. What it read can only come from a tool that really ran.
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { RemoteLedger } from '@fairlead/testkit/upstream/process.ts'

import { describeError } from '../lib/describe-error.ts'
import { run } from '../lib/run.ts'
import type { Finished } from '../lib/run.ts'
import type { Agent, Outcome, Workspace } from './agent.ts'
import { flaws } from './checks.ts'
import type { Family } from './families.ts'
import { answersFor, stepsOf } from './script.ts'
import type { Stage } from './stage.ts'
import { tokensSaid } from './usage.ts'

const TIMEOUT_MS = 120_000

const PROMPT = 'Read note.txt, make the file that you are told to make, and tell me the word in the note.'
/** What an agent says must come through unharmed: accents, an emoji, quotes, a line break. */
const LAST_WORDS = 'Voilà — the “word” is known 🙂.\nThat is all.'

export interface TaskResult {
  /** What did not hold; none = passed. */
  readonly flaws: readonly string[]
  readonly detail: string
}

export async function doTask(stage: Stage, agent: Agent, family: Family, program: string): Promise<TaskResult> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-agent-'))
  try {
    const word = randomBytes(6).toString('hex')
    const workspace = await makeWorkspace(folder, word)
    const lastWords = agent.lastWords?.(workspace) ?? LAST_WORDS
    const seals = stepsOf(agent, family, workspace).map(() => randomBytes(48).toString('base64'))
    const before = await stage.counters()
    stage.tap.takeRequests()
    stage.sockets.frames.length = 0
    await stage.upstream.reset()
    await stage.upstream.answer(answersFor(agent, family, workspace, seals, lastWords))
    const home = join(folder, 'home')
    await mkdir(home)
    const { args, env } = await agent.command({
      program,
      gatewayUrl: stage.tap.url,
      key: stage.gateway.key,
      model: agent.modelOf(family),
      home,
      workspace,
      prompt: PROMPT,
    })
    const [command, ...prefix] = /\.[cm]?js$/.test(program) ? [process.execPath, program] : [program]
    const finished = await run(command ?? program, [...prefix, ...args], {
      cwd: workspace.directory,
      env,
      timeoutMs: TIMEOUT_MS,
    })
    const upstream = await stage.upstream.ledger()
    const { usage: counted, failures } = await stage.countersSince(before, tokensSaid(upstream))
    const outcome = readOutcome(agent, finished)
    const made = await readFile(workspace.made, 'utf8').catch(() => undefined)
    const asked = stage.tap.takeRequests()
    const framesUpstream = stage.sockets.frames.length
    const witnesses = { finished, outcome, made, asked, framesUpstream, upstream, counted, failedInGateway: failures }
    const found = flaws({ agent, family, workspace, word, seals, lastWords, ...witnesses })
    return { flaws: found, detail: detailOf(finished, upstream) }
  } finally {
    // A program may still be writing its caches for a moment.
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}

async function makeWorkspace(folder: string, word: string): Promise<Workspace> {
  const directory = join(folder, 'work')
  await mkdir(directory)
  const note = join(directory, 'note.txt')
  await writeFile(note, `The word is ${word}.\n`)
  return { directory, note, made: join(directory, 'made.txt'), madeText: 'Größe "7" \\n 🙂' }
}

function readOutcome(agent: Agent, finished: Finished): Outcome {
  try {
    return agent.read(finished)
  } catch (error) {
    return { text: `(its output could not be read: ${describeError(error)})`, usage: undefined }
  }
}

function detailOf({ stdout, stderr }: Finished, { entries }: RemoteLedger): string {
  const asked = entries.map(({ method, path, status, bodyBytes }) => `${method} ${path} ${status} ${bodyBytes} bytes`)
  return [
    `upstream was asked: ${asked.join('; ') || 'nothing'}`,
    stdout.trim().slice(-3000),
    stderr.trim().slice(-1000),
  ]
    .filter((text) => text !== '')
    .join('\n')
}
