// A worker process: a data plane whose authority is the primary, over the cluster's IPC.

import type { Logger } from 'pino'
import { createLogger } from '../telemetry/logger.ts'
import { LeasedAuthority } from '../limits/leased-authority.ts'
import type { LimitReply } from '../limits/lease-messages.ts'
import type { Principal } from '../identity/principal.ts'
import { DataPlane } from './data-plane.ts'
import type { Answer, FromWorker, Question, ToWorker, WorkerStart } from './messages.ts'

const REPORT_MS = 1_000

class PrimaryLink {
  readonly #waiting = new Map<number, (answer: Answer) => void>()
  #nextId = 1

  tell(message: FromWorker): void {
    // When the primary is gone, so is whatever it counted; `disconnect` ends this process.
    if (process.connected) process.send?.(message)
  }

  async ask(question: Question): Promise<Answer> {
    return await new Promise((resolve) => {
      const id = this.#nextId++
      this.#waiting.set(id, resolve)
      this.tell({ kind: 'ask', id, question })
    })
  }

  answered(id: number, answer: Answer): void {
    const resolve = this.#waiting.get(id)
    this.#waiting.delete(id)
    resolve?.(answer)
  }
}

/** Runs until the primary says drain, or is gone. */
function runWorker(): void {
  const link = new PrimaryLink()
  let plane: DataPlane | null = null
  let lastRevision = -1

  // Signals are the primary's business: a terminal sends Ctrl-C to the whole group.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'] as const) process.on(signal, () => undefined)
  process.on('disconnect', () => process.exit(1))

  process.on('message', (message: ToWorker) => {
    switch (message.kind) {
      case 'start':
        plane = start(link, message.start)
        break
      case 'answer':
        link.answered(message.id, message.answer)
        break
      case 'config':
        plane?.setConfig(message.config)
        break
      case 'fleet-change':
        plane?.applyChange(message.change)
        break
      case 'key-revoked':
        plane?.forgetKey(message.keyId)
        break
      case 'seal':
        plane?.learnSeal(message.entry)
        break
      case 'collect':
        if (plane) link.tell({ kind: 'report', id: message.id, report: plane.report() })
        break
      case 'drain':
        // Told to end before it was told what to do: nobody is being served.
        if (plane === null) process.exit(0)
        void plane.drain(message.timeoutMs).then(() => {
          // The last figures, then the end; `disconnect` would answer before they are sent.
          process.send?.(
            {
              kind: 'report',
              id: 0,
              report: { metrics: plane?.metrics.collect() ?? [], health: plane?.fleet.view(performance.now()) },
            },
            undefined,
            undefined,
            () => process.exit(0),
          )
        })
        break
    }
  })

  setInterval(() => {
    if (plane === null || plane.metrics.revision === lastRevision) return
    lastRevision = plane.metrics.revision
    link.tell({ kind: 'report', id: 0, report: plane.report() })
  }, REPORT_MS).unref()
}

function start(link: PrimaryLink, options: WorkerStart): DataPlane {
  const log: Logger = createLogger(options.config.log.level, { worker: process.pid })
  const plane = new DataPlane({
    config: options.config,
    journalDir: options.journalDir,
    pepper: Buffer.from(options.pepper, 'base64'),
    log,
    diagnostics: options.diagnostics,
    changes: options.changes,
    primary: {
      findKey: async (digest) => (await link.ask({ kind: 'find-key', digest })) as Principal | null,
      limits: (wheel) =>
        new LeasedAuthority(
          { ask: async (message) => (await link.ask(message)) as LimitReply, tell: (message) => link.tell(message) },
          wheel,
        ),
      requestProbe: async (circuit) => (await link.ask({ kind: 'probe', circuit })) === true,
      fleetChanged: (change) => link.tell({ kind: 'fleet-change', change }),
      sealRemembered: (entry) => link.tell({ kind: 'seal', entry }),
      controlSocket: () => options.controlSocket,
    },
  })
  const { host, port } = options.config.server
  plane.listen(host, port).then(
    (address) => link.tell({ kind: 'ready', host: address.address, port: address.port }),
    (error: unknown) => link.tell({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) }),
  )
  return plane
}

runWorker()
