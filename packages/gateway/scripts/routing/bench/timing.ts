// How long a decision takes, and how large the artefact is.
import { readdirSync, statSync } from 'node:fs'
import { Picker, PRESETS } from '../../../src/routing/auto/picker/picker.ts'
import { questionView } from '../../../src/routing/auto/picker/prompt-view.ts'
import { FIXTURE_PROMPTS } from '../../../src/routing/auto/picker/__fixtures__/prompts.ts'
import { fixtureModels } from './steadiness.ts'

const WARM_UP = 5_000
const RUNS = 10_000

export interface Timing {
  readonly p50Ms: number
  readonly p99Ms: number
  /** The same of a loop that only counts, as long as a decision, taken in turns with them: what the machine itself adds. */
  readonly loopP99Ms: number
  /** Calls during which the machine gave the processor to somebody else: not counted, since they time the neighbours. */
  readonly interrupted: number
}

/** View, classification and ranking of five models, on prompts that differ each time. */
export function decisionTimes(characters: number): Timing {
  const picker = Picker.load()
  const models = fixtureModels(picker)
  const all = FIXTURE_PROMPTS.map(({ view }) => view.lastUser).join('\n')
  const long = all.repeat(Math.ceil((characters + 30_000) / all.length))
  const texts = Array.from({ length: 50 }, (_, index) => long.slice(index * 600, index * 600 + characters))
  const decide = (run: number) => {
    picker.rank(picker.classify(questionView(texts[run % texts.length] ?? '')), models, PRESETS.balanced)
  }
  const turns = loopTurnsLike(decide)
  const decisions: Duration[] = []
  const loops: Duration[] = []
  for (let run = 0; run < RUNS; run++) {
    decisions.push(timed(() => decide(run)))
    loops.push(timed(() => loop(turns)))
  }
  return {
    p50Ms: at(decisions, 0.5),
    p99Ms: at(decisions, 0.99),
    loopP99Ms: at(loops, 0.99),
    interrupted: decisions.filter(({ interrupted }) => interrupted).length,
  }
}

/** Warms up, and finds how many turns of the bare loop take as long as a decision. */
function loopTurnsLike(decide: (run: number) => void): number {
  const decisions = Array.from({ length: WARM_UP }, (_, run) => timed(() => decide(run)))
  const loops = Array.from({ length: WARM_UP / 10 }, () => timed(() => loop(100_000)))
  return Math.round((100_000 * at(decisions.slice(-1_000), 0.5)) / at(loops.slice(-200), 0.5))
}

let kept = 0

function loop(turns: number): void {
  let sum = 0
  for (let turn = 0; turn < turns; turn++) sum = (sum + Math.imul(turn, 31)) | 0
  kept = (kept + sum) | 0
}

interface Duration {
  readonly ms: number
  readonly interrupted: boolean
}

function timed(work: () => void): Duration {
  const switches = process.resourceUsage().involuntaryContextSwitches
  const start = performance.now()
  work()
  const ms = performance.now() - start
  return { ms, interrupted: process.resourceUsage().involuntaryContextSwitches !== switches }
}

function at(durations: readonly Duration[], share: number): number {
  const sorted = durations.flatMap(({ ms, interrupted }) => (interrupted ? [] : [ms])).toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN
}

export function artefactBytes(): number {
  const folder = new URL('../../../src/routing/auto/tables/', import.meta.url)
  return readdirSync(folder).reduce((sum, name) => sum + statSync(new URL(name, folder)).size, 0)
}

/** First use: tables read and decoded. */
export function loadMs(): number {
  const start = performance.now()
  Picker.load()
  return performance.now() - start
}
