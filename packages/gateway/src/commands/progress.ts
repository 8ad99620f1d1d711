// A line at the bottom of the terminal that says how far a long job is. Where nobody watches (a pipe, a log) it says nothing.

export interface Progress extends Disposable {
  /** `done` of `total`, in whatever unit; also below a percent the line moves. */
  update(label: string, done: number, total: number): void
}

const EVERY_MS = 100
const WIDTH = 30

export function showProgress(
  stream: { readonly isTTY?: boolean; write(text: string): unknown } = process.stderr,
): Progress {
  let lastMs = -Infinity
  let shown = false
  return {
    update(label, done, total) {
      const nowMs = performance.now()
      if (stream.isTTY !== true || (nowMs - lastMs < EVERY_MS && done < total)) return
      lastMs = nowMs
      shown = true
      const share = total === 0 ? 1 : Math.min(1, done / total)
      const bar = '█'.repeat(Math.round(share * WIDTH)).padEnd(WIDTH, '░')
      stream.write(`\r\u001b[K${bar} ${String(Math.floor(share * 100)).padStart(3)} %  ${label}`)
    },
    [Symbol.dispose]() {
      // What follows begins on a clean line.
      if (shown) stream.write('\r\u001b[K')
    },
  }
}
