// SQLite brings its write-ahead log into the database file now and then, and waits for the disk meanwhile: 30 ms and more,
// in which node:sqlite lets nobody else of this process move. Where rows come in by the thousand, a thread does it, with
// a connection of its own; the connections that write do it only when that thread does not keep up.
import { Worker } from 'node:worker_threads'

/** Some 40 MiB of log. A gateway that never gets there never starts the thread. */
const EVERY_ROWS = 40_000
/** A commit of many rows touches about as many pages more: indices, sums. */
const MOST_PAGES_BESIDE = 250
const PAGES_BESIDE_A_ROW = 5

/** As text, so that it needs no file beside a built package. PASSIVE waits for nobody and nobody waits for it. */
const THREAD = `
const { DatabaseSync } = require('node:sqlite')
const { parentPort, workerData } = require('node:worker_threads')
parentPort.on('message', () => {
  try {
    const database = new DatabaseSync(workerData)
    try {
      database.exec('PRAGMA wal_checkpoint(PASSIVE)')
    } finally {
      database.close()
    }
  } catch {
    // Busy, full or gone: the log grows a little, and whoever writes finds the same.
  }
  parentPort.postMessage('done')
})
`

export class SqliteCheckpoints {
  readonly #file: string
  #thread: Worker | null = null
  #busy = false
  #rows = 0

  constructor(file: string) {
    this.#file = file
  }

  /** So many rows were committed together. */
  wrote(rows: number): void {
    this.#rows += rows + Math.min(MOST_PAGES_BESIDE, rows * PAGES_BESIDE_A_ROW)
    if (this.#rows < EVERY_ROWS || this.#busy) return
    this.#rows = 0
    this.#busy = true
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    this.#started().postMessage('go')
  }

  #started(): Worker {
    if (this.#thread !== null) return this.#thread
    const thread = new Worker(THREAD, { eval: true, workerData: this.#file })
    thread.on('message', () => (this.#busy = false))
    // Without it the writers do its work, as they do before it starts.
    thread.on('error', () => {})
    // Behind the listeners, which hold the process again.
    thread.unref()
    this.#thread = thread
    return thread
  }
}
