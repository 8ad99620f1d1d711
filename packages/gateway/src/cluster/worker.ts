// A worker process: a data plane whose authority is the primary, over the cluster's IPC.

import cluster from 'node:cluster'
import type { Logger } from 'pino'
import type { DrawReply } from '../billing/slices/slice-messages.ts'
import { createLogger } from '../telemetry/logger.ts'
import { LeasedAuthority } from '../limits/leased-authority.ts'
import type { LedgerReply } from '../limits/limit-ledger.ts'
import type { Principal } from '../identity/principal.ts'
import type { JobReply } from '../responses/jobs/job-port.ts'
import type { ResponsesReply } from '../responses/stored/responses-messages.ts'
import type { ShadowReply } from '../routing/auto/learning/shadow.ts'
import { DataPlane } from './data-plane.ts'
import type { Answer, FromWorker, Question, ToWorker, WorkerStart } from './messages.ts'

const REPORT_MS = 1_000
const NOTHING_HELD = { returnedNanos: 0, complete: true } as const

class PrimaryLink {
  readonly #waiting = new Map<number, { resolve(answer: Answer): void; reject(reason: Error): void }>()
  #nextId = 1

  tell(message: FromWorker): void {
    // When the primary is gone, so is whatever it counted; `disconnect` ends this process.
    if (process.connected) process.send?.(message)
  }

  async ask(question: Question): Promise<Answer> {
    return await new Promise((resolve, reject) => {
      const id = this.#nextId++
      this.#waiting.set(id, { resolve, reject })
      this.tell({ kind: 'ask', id, question })
    })
  }

  answered(id: number, answer: Answer): void {
    this.#waiting.get(id)?.resolve(answer)
    this.#waiting.delete(id)
  }

  /** Never to be taken for a "no": a key is not unknown because a database does not answer. */
  notAnswered(id: number): void {
    this.#waiting.get(id)?.reject(new Error('The primary cannot tell at the moment.'))
    this.#waiting.delete(id)
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
  // A primary that ends while this one starts: what is sent to it meets a closed channel before `disconnect` is heard.
  cluster.worker?.on('error', () => process.exit(1))

  process.on('message', (message: ToWorker) => {
    switch (message.kind) {
      case 'start':
        plane = start(link, message.start)
        break
      case 'answer':
        link.answered(message.id, message.answer)
        break
      case 'no-answer':
        link.notAnswered(message.id)
        break
      case 'config':
        plane?.setConfig(message.config)
        break
      case 'fleet-change':
        plane?.applyChange(message.change)
        break
      case 'change':
        plane?.forget(message.change)
        break
      case 'seal':
        plane?.learnSeal(message.entry)
        break
      case 'job':
        plane?.orderJob(message.order)
        break
      case 'recall':
        // Nobody who has not begun holds anything.
        link.tell({
          kind: 'recalled',
          id: message.id,
          ...(plane?.wallets.recall(message.accountId, message.known) ?? NOTHING_HELD),
        })
        break
      case 'slices-valid':
        plane?.wallets.renew(message.life, message.untilMs)
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
              report: plane?.report(),
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
          { ask: async (message) => (await link.ask(message)) as LedgerReply, tell: (message) => link.tell(message) },
          wheel,
        ),
      draw: async (ask) => (await link.ask(ask)) as DrawReply,
      requestProbe: async (circuit) => (await link.ask({ kind: 'probe', circuit })) === true,
      fleetChanged: (change) => link.tell({ kind: 'fleet-change', change }),
      sealRemembered: (entry) => link.tell({ kind: 'seal', entry }),
      responses: async (ask) => (await link.ask({ kind: 'responses', ask })) as ResponsesReply,
      job: async (ask) => (await link.ask({ kind: 'job', ask })) as JobReply,
      shadow: async (ask) => (await link.ask({ kind: 'shadow', ask })) as ShadowReply,
      jobRoom: (free, held) => link.tell({ kind: 'room', free, held }),
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
