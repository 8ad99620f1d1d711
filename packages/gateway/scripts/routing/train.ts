// `npm run routing:train`: makes the picker's tables from the public data (read where they lie) and our own corpus.
// Same input, same bytes. Prompts are used without any model's results for the projection and the task types; results
// for the score table alone. How much effort a request takes is learned from our own corpus, whose author says so.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { codesOf } from '../../src/routing/auto/picker/characters.ts'
import { keptSparse, readCodes } from '../../src/routing/auto/picker/hashed-features.ts'
import { plainText } from '../../src/routing/auto/picker/plain-text.ts'
import { decodeProjection, encodeProjection } from '../../src/routing/auto/picker/projection.ts'
import { cutText } from '../../src/routing/auto/picker/prompt-view.ts'
import { TASK_TYPES, type TaskType } from '../../src/routing/auto/picker/task-types.ts'
import type { HeadsFile } from '../../src/routing/auto/picker/tables.ts'
import { pointOf, type TextPoint } from '../../src/routing/auto/picker/text-point.ts'
import { corpusPrompts, foreignTexts } from './corpus/corpus.ts'
import { effortExamples } from './corpus/efforts.ts'
import { withSlips } from './corpus/slips.ts'
import { dataFiles, dataFolder, type DataRow, readRows, withoutRepeats } from './data-sets.ts'
import { fitEffortHead, type FittedEffort, type RatedPoint } from './fit-effort-head.ts'
import { fitProjection } from './fit-projection.ts'
import { fitTaskHead, type TaskExample } from './fit-task-head.ts'
import { heldOutEfforts, printEfforts, usualEfforts } from './held-out-efforts.ts'
import { heldOutShares, printHeldOut, scaleOf } from './held-out-types.ts'
import { nearest, prototypesOf } from './prototypes.ts'
import { permutation, seededRandom } from './seeded.ts'
import { fitSkills } from './skill-fit.ts'

const DIMENSIONS = 192
const PROTOTYPES = 128
/** Drawn copies of each template: for the words (projection), and for the classifier. */
const COPIES = 8
/** Exam questions per domain that join the classifier's own prompts: they are one kind of traffic among many. */
const EXAM_ROWS_PER_DOMAIN = 60
const TABLES = new URL('../../src/routing/auto/tables/', import.meta.url)

/** What a domain of the exam sets is as a task; domains that are none of ours are left out. */
const EXAM_TASKS: Readonly<Record<string, TaskType>> = {
  gsm8k: 'maths',
  'agentverse-mgsm': 'maths',
  math: 'advanced-maths',
  gpqa: 'science-qa',
  physics: 'science-qa',
  chemistry: 'science-qa',
  biology: 'science-qa',
  engineering: 'science-qa',
  arc_challenge: 'science-qa',
  openbook_qa: 'science-qa',
  law: 'professional-qa',
  health: 'professional-qa',
  business: 'professional-qa',
  economics: 'professional-qa',
  psychology: 'professional-qa',
  natural_qa: 'factual-qa',
  trivia_qa: 'factual-qa',
  history: 'factual-qa',
  commonsense_qa: 'logic',
  'agentverse-logicgrid': 'logic',
  mbpp: 'code-generation',
  human_eval: 'code-generation',
}

const folder = dataFolder(process.argv)
if (folder === undefined) {
  console.error('No data: shared/data/routing beside the repository is absent. Give their folder with --data DIR.')
  process.exitCode = 2
} else {
  train(folder)
}

function train(data: string): void {
  const rows = withoutRepeats(dataFiles(data).flatMap((name) => readRows(data, name)))
  const corpus = corpusPrompts(COPIES, foreignTexts(rows.map(({ prompt }) => prompt)))
  console.log(`${rows.length} exam prompts without repeats, ${corpus.length} prompts of our own`)

  const texts = [...rows.map(({ prompt }) => prompt), ...corpus.map(({ text }) => text)]
  // The projection takes minutes; while one works on the heads it can stay.
  const projectionBytes = process.argv.includes('--keep-projection')
    ? readFileSync(new URL('projection.bin', TABLES))
    : encodeProjection(
        fitProjection(
          texts.map((text) => keptSparse(readCodes(codesOf(plainText(cutText(text)))).coarse)),
          DIMENSIONS,
          5,
        ),
      )
  const projection = decodeProjection(projectionBytes)
  const point = (text: string) => pointOf(projection, cutText(text), text.length / 4)

  const exam = examRows(rows)
  const random = seededRandom(23)
  const ours = corpus.flatMap((prompt) => [
    prompt,
    { ...prompt, text: withSlips(prompt.text, random) },
    { ...prompt, text: withSlips(prompt.text, random) },
  ])
  const examples = [...ours.map(({ text, type }) => ({ text, type })), ...exam]
  const points = examples.map(({ text }) => point(text))
  const labelled = points.map((at, index): TaskExample => ({
    point: at,
    label: TASK_TYPES.indexOf(examples[index]?.type ?? 'chat'),
  }))
  const heldOut = heldOutShares(
    labelled,
    ours.map(({ kind }) => kind),
  )
  printHeldOut(heldOut)
  const scale = scaleOf(heldOut)
  console.log(`scores count ${scale} times, by the same prompts`)
  const taskHead = fitTaskHead(labelled, TASK_TYPES.length)

  const effort = fitEfforts(point)
  const prototypes = prototypesOf(
    points.map(({ vector }) => vector),
    PROTOTYPES,
    3,
  )
  const closeness = points.map(({ vector }) => nearest(prototypes, vector).closeness).sort((a, b) => a - b)
  const heads: HeadsFile = {
    taskTypes: TASK_TYPES,
    taskWeights: base64(taskHead.weights),
    taskStep: taskHead.step * scale,
    taskIntercepts: [...taskHead.intercepts].map((value) => rounded(value * scale)),
    effortWeights: base64(effort.weights),
    effortStep: effort.step,
    effortIntercept: rounded(effort.intercept),
    usualEfforts: usualEfforts(TASK_TYPES).map(rounded),
    prototypes: base64(
      Int8Array.from(prototypes.flatMap((vector) => [...vector].map((value) => Math.round(value * 127)))),
    ),
    familiar: rounded(closeness[Math.floor(closeness.length * 0.1)] ?? 0.4),
    foreign: rounded((closeness[0] ?? 0.1) * 0.5),
  }
  mkdirSync(TABLES, { recursive: true })
  writeFileSync(new URL('projection.bin', TABLES), projectionBytes)
  writeFileSync(new URL('heads.json', TABLES), `${JSON.stringify(heads, undefined, 1)}\n`)
  writeFileSync(new URL('skills.json', TABLES), `${JSON.stringify(fitSkills(data), undefined, 1)}\n`)
}

function examRows(rows: readonly DataRow[]): { text: string; type: TaskType }[] {
  const taken = new Map<string, number>()
  return [...permutation(rows.length, seededRandom(2))].flatMap((index) => {
    const row = rows[index]
    const type = row && EXAM_TASKS[row.domain]
    if (row === undefined || type === undefined) return []
    const before = taken.get(row.domain) ?? 0
    taken.set(row.domain, before + 1)
    return before < EXAM_ROWS_PER_DOMAIN ? [{ text: row.prompt, type }] : []
  })
}

/** Each rated request as it is written and with slips of the keyboard. */
function fitEfforts(point: (text: string) => TextPoint): FittedEffort {
  const examples = effortExamples()
  const random = seededRandom(31)
  const rated = [...examples, ...examples.map((one) => ({ ...one, text: withSlips(one.text, random) }))]
  const points = rated.map(({ text, effort }): RatedPoint => ({ point: point(text), effort }))
  const kinds = rated.map(({ kind }) => kind)
  printEfforts(heldOutEfforts(points, kinds, examples.length))
  return fitEffortHead(points)
}

function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6
}

function base64(array: Int8Array): string {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64')
}
