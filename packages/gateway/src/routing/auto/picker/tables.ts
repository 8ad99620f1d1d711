// The trained artefact, read from `routing/auto/tables` when somebody first routes with `auto`; `npm run routing:train` makes it.
import { readFileSync } from 'node:fs'
import { PackedRows } from './packed-rows.ts'
import { decodeProjection, type Projection } from './projection.ts'
import type { WordHeads } from './word-heads.ts'

export interface PickerTables {
  readonly projection: Projection
  readonly heads: WordHeads
  /** Effort 0..1 that a request of each task type takes as a rule, in the order of TASK_TYPES. */
  readonly usualEfforts: Float64Array
  /** Dimensions x points that stand for what the tables were made from, x 127. */
  readonly prototypes: PackedRows
  /** Closeness to the nearest prototype from which a text is at home, and below which it is foreign. */
  readonly familiar: number
  readonly foreign: number
}

/** `heads.json`: 8-bit figures in base64; prototypes are x 127. */
export interface HeadsFile {
  readonly taskTypes: readonly string[]
  readonly taskWeights: string
  readonly taskStep: number
  readonly taskIntercepts: readonly number[]
  /** One column beside `taskWeights`. */
  readonly effortWeights: string
  readonly effortStep: number
  readonly effortIntercept: number
  readonly usualEfforts: readonly number[]
  readonly prototypes: string
  readonly familiar: number
  readonly foreign: number
}

const FOLDER = new URL('../tables/', import.meta.url)

export function loadTables(): PickerTables {
  const projection = decodeProjection(readFileSync(new URL('projection.bin', FOLDER)))
  return tablesFrom(projection, JSON.parse(readFileSync(new URL('heads.json', FOLDER), 'utf8')) as HeadsFile)
}

function tablesFrom(projection: Projection, file: HeadsFile): PickerTables {
  const classes = file.taskTypes.length
  return {
    projection,
    heads: {
      weights: besideEachOther(bytes(file.taskWeights), classes, bytes(file.effortWeights)),
      classes,
      step: file.taskStep,
      intercepts: Float64Array.from(file.taskIntercepts),
      effortStep: file.effortStep,
      effortIntercept: file.effortIntercept,
    },
    usualEfforts: Float64Array.from(file.usualEfforts),
    prototypes: prototypesOf(bytes(file.prototypes), projection.dimensions),
    familiar: file.familiar,
    foreign: file.foreign,
  }
}

/** Inputs x classes and a column more: one pass sums both. */
export function besideEachOther(task: Int8Array, classes: number, effort: Int8Array): PackedRows {
  const columns = classes + 1
  const both = new Int8Array(effort.length * columns)
  for (let row = 0; row < effort.length; row++) {
    both.set(task.subarray(row * classes, (row + 1) * classes), row * columns)
    both[row * columns + classes] = effort[row] ?? 0
  }
  return new PackedRows(both, columns, effort.length)
}

/** Point after point -> dimensions x points. */
function prototypesOf(points: Int8Array, dimensions: number): PackedRows {
  const count = points.length / dimensions
  const figures = points.map((_, index) => points[(index % count) * dimensions + Math.floor(index / count)] ?? 0)
  return new PackedRows(figures, count, dimensions)
}

function bytes(base64: string): Int8Array {
  return new Int8Array(Uint8Array.from(Buffer.from(base64, 'base64')).buffer)
}
