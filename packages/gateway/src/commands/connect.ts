// `fairlead connect TOOL`: writes into the tool's own files what the page of the same name shows, after it has shown the
// difference, and keeps a copy of what was there.
import { createInterface } from 'node:readline/promises'
import { parseArgs, styleText } from 'node:util'
import { settingsFrom } from '../config/env.ts'
import type { Guide, Setup, System, Tool } from '../connect/tool.ts'
import { SYSTEMS } from '../connect/tool.ts'
import { bestModel, findTool, TOOLS } from '../connect/tools.ts'
import { askModels, type OfferedModel } from './connect/ask-models.ts'
import { changesFor, filesOf, type Change } from './connect/changes.ts'
import { describeGuide, describeRest } from './connect/describe.ts'
import { diffLines } from './connect/diff.ts'
import { thisPlace, thisSystem } from './connect/places.ts'
import { undoChanges, writeChanges } from './connect/write.ts'
import { messageOf, table } from './output.ts'
import { findRunningGateway } from './running-gateway.ts'

const HELP = `usage: fairlead connect                  list the tools
       fairlead connect TOOL [options]   set one up for this gateway
       fairlead connect TOOL --undo      take that back

  --url URL        address of the gateway (default: the one that runs here, else http://127.0.0.1:8080)
  --model ID       the model that it asks for (default: one that suits it)
  --key-env NAME   variable that holds the API key (default FAIRLEAD_API_KEY); the key itself is written nowhere
  --dry-run        show what would change, and write nothing
  --print          show the whole guide, and write nothing
  --os NAME        for --print: macos, linux or windows (default: this one)
  --yes            write without asking
  --data-dir DIR   state directory of the gateway (default ./data)

A copy of each file that is changed stays beside it.`

const OPTIONS = {
  url: { type: 'string' },
  model: { type: 'string' },
  'key-env': { type: 'string' },
  'dry-run': { type: 'boolean' },
  print: { type: 'boolean' },
  os: { type: 'string' },
  yes: { type: 'boolean', short: 'y' },
  undo: { type: 'boolean' },
  'data-dir': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values']

/** When nobody can be asked what there is: ids of the tools' own vendors. */
const USUAL_MODELS: readonly OfferedModel[] = [
  { id: 'gpt-4o-mini' },
  { id: 'claude-sonnet-4-5', context_length: 200_000 },
  { id: 'gpt-5', context_length: 400_000 },
  { id: 'gemini-2.5-pro', context_length: 1_048_576 },
]
const USUAL_CONTEXT_TOKENS = 128_000
const USUAL_OUTPUT_TOKENS = 16_384

/** Exit code: 0 done, 1 not done, 2 not understood. */
export async function connect(args: readonly string[]): Promise<number> {
  let tool: Tool | undefined
  let values: Values
  try {
    const parsed = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
    values = parsed.values
    if (values.help === true) {
      console.log(HELP)
      return 0
    }
    tool = toolOf(parsed.positionals)
  } catch (error) {
    console.error(`fairlead connect: ${messageOf(error)}\n\n${HELP}`)
    return 2
  }
  if (tool === undefined) {
    listTools()
    return 0
  }
  try {
    return await connectTool(tool, values)
  } catch (error) {
    console.error(`fairlead connect: ${messageOf(error)}`)
    return 1
  }
}

function toolOf([id, ...rest]: readonly string[]): Tool | undefined {
  if (rest.length > 0) throw new Error(`one tool at a time: "${rest.join(' ')}" is too much.`)
  if (id === undefined) return undefined
  const tool = findTool(id)
  if (tool === undefined)
    throw new Error(`there is no guide for "${id}". "fairlead connect" lists those that there are.`)
  return tool
}

function listTools(): void {
  const how = { run: 'tried', documentation: 'documented', unverified: 'untried' } as const
  const rows = TOOLS.map((tool) => [
    tool.id,
    tool.name,
    tool.kind,
    how[tool.evidence],
    filesOf(tool.guide(exampleSetup())).length > 0 ? 'writes files' : 'shows steps',
  ])
  console.log(table(['TOOL', 'NAME', 'KIND', 'EVIDENCE', 'HERE'], rows))
}

async function connectTool(tool: Tool, values: Values): Promise<number> {
  const place = thisPlace()
  if (values.undo === true) {
    for (const line of await undoChanges(tool.id, place)) console.log(line)
    return 0
  }
  const setup = await setupFor(tool, values)
  const guide = tool.guide(setup)
  if (values.print === true || filesOf(guide).length === 0) {
    console.log(describeGuide(tool, guide, setup))
    return 0
  }
  if (setup.system !== thisSystem()) throw new Error('--os is for --print: files are written on this system only.')
  const changes = (await changesFor(guide, place)).filter(({ before, after }) => before !== after)
  if (changes.length === 0) {
    console.log(`${tool.name} is set up already.\n\n${describeRest(guide, setup)}`)
    return 0
  }
  for (const change of changes) showChange(change)
  if (values['dry-run'] === true) return 0
  if (values.yes !== true && !(await isAgreed())) {
    console.error('Nothing was changed.')
    return 1
  }
  return await write(tool, guide, setup, changes)
}

async function write(tool: Tool, guide: Guide, setup: Setup, changes: readonly Change[]): Promise<number> {
  for (const backup of await writeChanges(tool.id, changes, thisPlace(), new Date())) {
    console.log(`As it was before: ${backup}`)
  }
  console.log(`${tool.name} now uses ${setup.origin}, with the model ${setup.model}.\n`)
  console.log(describeRest(guide, setup))
  return 0
}

async function setupFor(tool: Tool, values: Values): Promise<Setup> {
  const origin = originOf(values.url ?? (await runningUrl(values)) ?? 'http://127.0.0.1:8080')
  const keyVariable = values['key-env'] ?? 'FAIRLEAD_API_KEY'
  if (!/^[A-Za-z_]\w*$/.test(keyVariable)) throw new Error(`--key-env: "${keyVariable}" is no name of a variable.`)
  const system = systemOf(values.os)
  const offered = await offeredModels(origin, keyVariable)
  const id =
    values.model ??
    bestModel(
      tool,
      offered.map((model) => model.id),
    ) ??
    'gpt-4o-mini'
  if (values.model !== undefined && offered !== USUAL_MODELS && !offered.some((model) => model.id === id)) {
    console.error(`Note: ${origin} does not list a model "${id}" for this key.`)
  }
  const contextTokens = offered.find((model) => model.id === id)?.context_length ?? USUAL_CONTEXT_TOKENS
  const outputTokens = Math.min(USUAL_OUTPUT_TOKENS, Math.floor(contextTokens / 2))
  const brand = { name: 'Fairlead', id: 'fairlead' }
  return { origin, model: id, keyVariable, system, brand, contextTokens, outputTokens }
}

/** Asked with the key that the variable holds; without one, the usual. */
async function offeredModels(origin: string, keyVariable: string): Promise<readonly OfferedModel[]> {
  const key = process.env[keyVariable]
  if (key === undefined || key === '') return USUAL_MODELS
  const answer = await askModels(origin, key)
  if (answer.kind === 'models' && answer.models.length > 0) return answer.models
  if (answer.kind === 'problem') console.error(`Note: ${answer.message}`)
  return USUAL_MODELS
}

async function runningUrl(values: Values): Promise<string | undefined> {
  const settings = settingsFrom(
    values['data-dir'] === undefined ? {} : { 'data-dir': values['data-dir'] },
    process.env,
    process.cwd(),
  )
  return (await findRunningGateway(settings.dataDir))?.url
}

/** Whatever of an address people give. @throws */
function originOf(text: string): string {
  const url = URL.parse(/^https?:\/\//.test(text) ? text : `https://${text}`)
  if (url === null || url.username !== '') throw new Error(`--url: "${text}" is no address of a gateway.`)
  return (url.origin + url.pathname).replace(/\/+$/, '').replace(/\/v1$/, '')
}

function systemOf(name: string | undefined): System {
  const system = name === undefined ? thisSystem() : SYSTEMS.find((one) => one === name)
  if (system === undefined) throw new Error(`--os: must be one of ${SYSTEMS.join(', ')}.`)
  return system
}

function showChange({ shown, path, before, after }: Change): void {
  console.log(styleText('bold', before === null ? `${shown} (new)` : shown) + (path === shown ? '' : `  ${path}`))
  for (const line of diffLines(before ?? '', after)) {
    const colour = line.startsWith('+') ? 'green' : line.startsWith('-') ? 'red' : 'dim'
    console.log(`  ${styleText(colour, line)}`)
  }
  console.log('')
}

/** @throws where nobody is there to be asked */
async function isAgreed(): Promise<boolean> {
  if (!process.stdin.isTTY) throw new Error('nobody is here to be asked: say --yes to write this.')
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return /^y(?:es)?$/i.test((await terminal.question('Write this? [y/N] ')).trim())
  } finally {
    terminal.close()
  }
}

function exampleSetup(): Setup {
  return {
    origin: 'http://127.0.0.1:8080',
    model: 'gpt-4o-mini',
    keyVariable: 'FAIRLEAD_API_KEY',
    system: thisSystem(),
    brand: { name: 'Fairlead', id: 'fairlead' },
    contextTokens: USUAL_CONTEXT_TOKENS,
    outputTokens: USUAL_OUTPUT_TOKENS,
  }
}
