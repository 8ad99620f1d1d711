// How long a decision takes, and how large the artefact is.
import { readdirSync, statSync } from 'node:fs'
import { Picker, PRESETS } from '../../../src/routing/auto/picker/picker.ts'
import { questionView } from '../../../src/routing/auto/picker/prompt-view.ts'
import { FIXTURE_PROMPTS } from '../../../src/routing/auto/picker/__fixtures__/prompts.ts'
import { fixtureModels } from './steadiness.ts'

const WARM_UP = 1_000
const RUNS = 4_000

export interface Timing {
  readonly characters: number
  readonly p50Ms: number
  readonly p99Ms: number
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
  const decide = (run: number) =>
    picker.rank(picker.classify(questionView(texts[run % texts.length] ?? '')), models, PRESETS.balanced)
  for (let run = 0; run < WARM_UP; run++) decide(run)
  const times: number[] = []
  for (let run = 0; run < RUNS; run++) {
    const switches = process.resourceUsage().involuntaryContextSwitches
    const start = performance.now()
    decide(run)
    const ms = performance.now() - start
    if (process.resourceUsage().involuntaryContextSwitches === switches) times.push(ms)
  }
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.floor(times.length * share)] ?? Number.NaN
  return { characters, p50Ms: at(0.5), p99Ms: at(0.99), interrupted: RUNS - times.length }
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
