// The one loop that a decision's time goes into, as a WebAssembly function of our own, put together here byte by
// byte: columns of 8-bit weights, summed over pairs of rows with a 16-bit factor each. Rows are interleaved, so that one
// instruction multiplies eight weights and adds them two by two. JavaScript has no such instructions, and takes ten times as long.

// Instructions, by their names in the specification.
const I32 = 0x7f
const V128 = 0x7b
const LOCAL_GET = 0x20
const LOCAL_SET = 0x21
const LOCAL_TEE = 0x22
const I32_CONST = 0x41
const I32_ADD = 0x6a
const I32_LT_U = 0x49
const LOOP = [0x03, 0x40]
const BR_IF = [0x0d, 0x00]
const END = 0x0b
const DOT_I16X8 = [0xfd, 0xba, 0x01]
const I32X4_ADD = [0xfd, 0xae, 0x01]
const I32X4_SPLAT = [0xfd, 0x11]
const SHUFFLE = [0xfd, 0x0d]
/** The lower, and the upper, four 16-bit lanes of two vectors in turns. */
const INTERLEAVE_LOW = [...SHUFFLE, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23]
const INTERLEAVE_HIGH = [...SHUFFLE, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31]
const i32Load = (offset: number) => [0x28, 2, offset]
/** Eight bytes, widened with their signs to eight 16-bit lanes. */
const load8x8 = (offset: number) => [0xfd, 0x01, 0, offset]
const v128Store = (offset: number) => [0xfd, 0x0b, 0, offset]

/** Columns of one group. */
export const GROUP_COLUMNS = 8
/** Groups that one call can sum: more would not fit into a processor's registers. */
const MOST_GROUPS = 4
/** Two rows' places among the weights, and their factors. */
export const PAIR_BYTES = 12

// Parameters (addresses in bytes), then locals.
const [PAIR, PAIRS_END, WEIGHTS, OUT, ROW, OTHER, FACTORS, LEFT, RIGHT, SUMS] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] as const

const code = (...parts: readonly (number | readonly number[])[]): number[] => parts.flat()

function multiplyAndAdd(group: number): number[] {
  const low = SUMS + 2 * group
  const high = low + 1
  const lanes = (interleave: readonly number[], sum: number): number[] =>
    code(
      code(LOCAL_GET, LEFT, LOCAL_GET, RIGHT, interleave, LOCAL_GET, FACTORS, DOT_I16X8),
      code(LOCAL_GET, sum, I32X4_ADD, LOCAL_SET, sum),
    )
  return code(
    code(LOCAL_GET, ROW, load8x8(GROUP_COLUMNS * group), LOCAL_SET, LEFT),
    code(LOCAL_GET, OTHER, load8x8(GROUP_COLUMNS * group), LOCAL_SET, RIGHT),
    lanes(INTERLEAVE_LOW, low),
    lanes(INTERLEAVE_HIGH, high),
  )
}

function bodyOf(groups: number): number[] {
  const counted = Array.from({ length: groups }, (_, group) => group)
  const sums = Array.from({ length: 2 * groups }, (_, index) => index)
  return code(
    // Locals: two addresses, and vectors.
    [2, 2, I32, 3 + 2 * groups, V128],
    LOOP,
    code(LOCAL_GET, WEIGHTS, LOCAL_GET, PAIR, i32Load(0), I32_ADD, LOCAL_SET, ROW),
    code(LOCAL_GET, WEIGHTS, LOCAL_GET, PAIR, i32Load(4), I32_ADD, LOCAL_SET, OTHER),
    code(LOCAL_GET, PAIR, i32Load(8), I32X4_SPLAT, LOCAL_SET, FACTORS),
    counted.flatMap(multiplyAndAdd),
    code(LOCAL_GET, PAIR, I32_CONST, PAIR_BYTES, I32_ADD, LOCAL_TEE, PAIR, LOCAL_GET, PAIRS_END, I32_LT_U, BR_IF),
    END,
    sums.flatMap((index) => code(LOCAL_GET, OUT, LOCAL_GET, SUMS + index, v128Store(16 * index))),
    END,
  )
}

/** With its length in front, up to 16,383 as the format writes it. */
function sized(...parts: readonly (number | readonly number[])[]): number[] {
  const bytes = parts.flat()
  const { length } = bytes
  return code(length < 128 ? length : [(length & 127) | 128, length >> 7], bytes)
}

const named = (text: string) => sized([...Buffer.from(text)])

function moduleOf(groups: number): Uint8Array {
  return Uint8Array.from(
    code(
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      // Types: four addresses, no result. Imports: env.memory. Functions: one of that type. Exports: sum. Code.
      code(1, sized(1, 0x60, 4, I32, I32, I32, I32, 0)),
      code(2, sized(1, named('env'), named('memory'), 0x02, 0, 1)),
      code(3, sized(1, 0)),
      code(7, sized(1, named('sum'), 0, 0)),
      code(10, sized(1, sized(bodyOf(groups)))),
    ),
  )
}

/** Sums the pairs between two addresses (at least one) over its columns of weights into as many 32-bit numbers. */
export type RowSumKernel = (pairs: number, pairsEnd: number, weights: number, out: number) => void

// As far as it is used here; the compiler's own words for it come only with those for browsers.
interface Memory {
  readonly buffer: ArrayBuffer
}
declare const WebAssembly: {
  readonly Memory: new (pages: { initial: number; maximum: number }) => Memory
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (
    module: object,
    imports: { env: { memory: Memory } },
  ) => { readonly exports: { readonly sum: RowSumKernel } }
}

const PAGE_BYTES = 65_536

const compiled = new Map<number, object>()

/** As many columns a call as divide `columns` (a multiple of 8) evenly. */
export function columnsOfCall(columns: number): number {
  for (let groups = MOST_GROUPS; groups > 1; groups--)
    if (columns % (groups * GROUP_COLUMNS) === 0) return groups * GROUP_COLUMNS
  return GROUP_COLUMNS
}

/** A function for so many columns a call, and at least so much memory of its own. */
export function rowSumKernel(
  columns: number,
  bytes: number,
): { readonly sum: RowSumKernel; readonly buffer: ArrayBuffer } {
  let module = compiled.get(columns)
  if (module === undefined) compiled.set(columns, (module = new WebAssembly.Module(moduleOf(columns / GROUP_COLUMNS))))
  const pages = Math.ceil(bytes / PAGE_BYTES)
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
  const { sum } = new WebAssembly.Instance(module, { env: { memory } }).exports
  return { sum, buffer: memory.buffer }
}
