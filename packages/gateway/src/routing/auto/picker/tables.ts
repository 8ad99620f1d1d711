// The trained artefact, read from `routing/auto/tables` when somebody first routes with `auto`; `npm run routing:train` makes it.
import { readFileSync } from 'node:fs'
import { decodeProjection, type Projection } from './projection.ts'
import type { LinearHead } from './ridge.ts'
import type { TaskHead } from './task-head.ts'

export interface PickerTables {
  readonly projection: Projection
  readonly taskHead: TaskHead
  /** Row -> hardness in logits, 0 = usual. */
  readonly difficultyHead: LinearHead
  /** Points that stand for what the tables were made from, one after the other. */
  readonly prototypes: Float32Array
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
  return {
    projection,
    taskHead: {
      classes: file.taskTypes.length,
      weights: bytes(file.taskWeights),
      step: file.taskStep,
      intercepts: Float64Array.from(file.taskIntercepts),
    },
    difficultyHead: {
      inputs: file.inputs,
      outputs: 1,
      weights: floats(file.difficultyWeights),
      intercepts: Float64Array.of(file.difficultyIntercept),
    },
    prototypes: Float32Array.from(bytes(file.prototypes), (figure) => figure / 127),
    familiar: file.familiar,
    foreign: file.foreign,
  }
}

function bytes(base64: string): Int8Array {
  return new Int8Array(Uint8Array.from(Buffer.from(base64, 'base64')).buffer)
}

function floats(base64: string): Float64Array {
  const bytes = Uint8Array.from(Buffer.from(base64, 'base64'))
  return Float64Array.from(new Float32Array(bytes.buffer))
}
