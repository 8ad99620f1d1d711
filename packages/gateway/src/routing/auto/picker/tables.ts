// The trained artefact, read from `routing/auto/tables` when somebody first routes with `auto`; `npm run routing:train` makes it.
import { readFileSync } from 'node:fs'
import { PackedRows } from './packed-rows.ts'
import { decodeProjection, type Projection } from './projection.ts'
import type { LinearHead } from './ridge.ts'
import type { TaskHead } from './task-head.ts'

export interface PickerTables {
  readonly projection: Projection
  readonly taskHead: TaskHead
  /** Row -> hardness in logits, 0 = usual. */
  readonly difficultyHead: LinearHead
  /** Dimensions x points that stand for what the tables were made from, x 127. */
  readonly prototypes: PackedRows
  /** Closeness to the nearest prototype from which a text is at home, and below which it is foreign. */
  readonly familiar: number
  readonly foreign: number
}

/** `heads.json`: 32-bit floats and 8-bit figures (x 127) in base64. */
export interface HeadsFile {
  readonly inputs: number
  readonly taskTypes: readonly string[]
  readonly taskWeights: string
  readonly taskStep: number
  readonly taskIntercepts: readonly number[]
  readonly difficultyWeights: string
  readonly difficultyIntercept: number
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
  const taskWeights = bytes(file.taskWeights)
  return {
    projection,
    taskHead: {
      weights: new PackedRows(taskWeights, file.taskTypes.length, taskWeights.length / file.taskTypes.length),
      step: file.taskStep,
      intercepts: Float64Array.from(file.taskIntercepts),
    },
    difficultyHead: {
      inputs: file.inputs,
      outputs: 1,
      weights: floats(file.difficultyWeights),
      intercepts: Float64Array.of(file.difficultyIntercept),
    },
    prototypes: prototypesOf(bytes(file.prototypes), projection.dimensions),
    familiar: file.familiar,
    foreign: file.foreign,
  }
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

function floats(base64: string): Float64Array {
  const bytes = Uint8Array.from(Buffer.from(base64, 'base64'))
  return Float64Array.from(new Float32Array(bytes.buffer))
}
