// The one loop that a decision's time goes into, as a WebAssembly function of our own, put together here byte by
// byte: 32 columns of 8-bit weights, summed over rows with 16-bit factors, eight products at a time.
// JavaScript has no such instructions, and takes five times as long.

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
const EXTMUL_LOW = [0xfd, 0xbc, 0x01]
const EXTMUL_HIGH = [0xfd, 0xbd, 0x01]
const I32X4_ADD = [0xfd, 0xae, 0x01]
const I16X8_SPLAT = [0xfd, 0x10]
const i32Load = (offset: number) => [0x28, 2, offset]
/** Eight bytes, widened with their signs to eight 16-bit lanes. */
const load8x8 = (offset: number) => [0xfd, 0x01, 0, offset]
const v128Store = (offset: number) => [0xfd, 0x0b, 0, offset]

/** Columns of one call. */
export const KERNEL_COLUMNS = 32
const GROUPS = KERNEL_COLUMNS / 8

// Parameters (addresses in bytes), then locals.
const [ENTRY, ENTRIES_END, WEIGHTS, OUT, AT, FACTOR, LOADED, SUMS] = [0, 1, 2, 3, 4, 5, 6, 7] as const

const code = (...parts: readonly (number | readonly number[])[]): number[] => parts.flat()

function multiplyAndAdd(group: number): number[] {
  const low = SUMS + 2 * group
  const high = low + 1
  return code(
    code(LOCAL_GET, AT, load8x8(8 * group), LOCAL_TEE, LOADED, LOCAL_GET, FACTOR, EXTMUL_LOW),
    code(LOCAL_GET, low, I32X4_ADD, LOCAL_SET, low),
    code(LOCAL_GET, LOADED, LOCAL_GET, FACTOR, EXTMUL_HIGH, LOCAL_GET, high, I32X4_ADD, LOCAL_SET, high),
  )
}

const groups = Array.from({ length: GROUPS }, (_, group) => group)
const sums = Array.from({ length: 2 * GROUPS }, (_, index) => index)

const BODY = code(
  // Locals: one address, and vectors.
  [2, 1, I32, 2 + 2 * GROUPS, V128],
  LOOP,
  // An entry is a row's place among the weights and its factor, 32 bits each.
  code(LOCAL_GET, WEIGHTS, LOCAL_GET, ENTRY, i32Load(0), I32_ADD, LOCAL_SET, AT),
  code(LOCAL_GET, ENTRY, i32Load(4), I16X8_SPLAT, LOCAL_SET, FACTOR),
  groups.flatMap(multiplyAndAdd),
  code(LOCAL_GET, ENTRY, I32_CONST, 8, I32_ADD, LOCAL_TEE, ENTRY, LOCAL_GET, ENTRIES_END, I32_LT_U, BR_IF),
  END,
  sums.flatMap((index) => code(LOCAL_GET, OUT, LOCAL_GET, SUMS + index, v128Store(16 * index))),
  END,
)

/** With its length in front, up to 16,383 as the format writes it. */
function sized(...parts: readonly (number | readonly number[])[]): number[] {
  const bytes = parts.flat()
  const { length } = bytes
  return code(length < 128 ? length : [(length & 127) | 128, length >> 7], bytes)
}

const named = (text: string) => sized([...Buffer.from(text)])

const MODULE = Uint8Array.from(
  code(
    [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    // Types: four addresses, no result. Imports: env.memory. Functions: one of that type. Exports: sum. Code.
    code(1, sized(1, 0x60, 4, I32, I32, I32, I32, 0)),
    code(2, sized(1, named('env'), named('memory'), 0x02, 0, 1)),
    code(3, sized(1, 0)),
    code(7, sized(1, named('sum'), 0, 0)),
    code(10, sized(1, sized(BODY))),
  ),
)

/** Sums the entries between two addresses (at least one) over 32 columns of weights into 32 32-bit numbers. */
export type RowSumKernel = (entries: number, entriesEnd: number, weights: number, out: number) => void

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

let compiled: object | undefined

/** The function, and at least so much memory of its own. */
export function rowSumKernel(bytes: number): { readonly sum: RowSumKernel; readonly buffer: ArrayBuffer } {
  compiled ??= new WebAssembly.Module(MODULE)
  const pages = Math.ceil(bytes / PAGE_BYTES)
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
  const { sum } = new WebAssembly.Instance(compiled, { env: { memory } }).exports
  return { sum, buffer: memory.buffer }
}
