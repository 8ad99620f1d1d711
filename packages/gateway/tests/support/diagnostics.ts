// The real gateway, primary and worker, with the page that tells what is alive in the worker after a forced collection.

import { fileURLToPath } from 'node:url'
import { spawnGateway, type GatewayProcess, type SpawnOptions } from './processes.ts'
import { MASTER_KEY } from './gateway.ts'

const FAIRLEAD = fileURLToPath(new URL('../../bin/fairlead.cjs', import.meta.url))

export interface WorkerMemory {
  readonly pid: number
  readonly collected: boolean
  /** Bytes, as `process.memoryUsage` has them. */
  readonly heapUsed: number
  readonly external: number
  readonly rss: number
  /** By kind: `TCPSocketWrap`, `Timeout`... */
  readonly activeResources: Readonly<Record<string, number>>
  readonly listeners: number
}

export async function spawnWithDiagnostics(options: SpawnOptions): Promise<GatewayProcess> {
  const command = ['env', 'FAIRLEAD_DIAGNOSTICS=1', process.execPath, FAIRLEAD, 'start', '--port', '0']
  return await spawnGateway({ ...options, command, configByEnvironment: true })
}

/** Over a connection of its own that closes: asking must not change what is counted. */
export async function workerMemory({ origin }: GatewayProcess): Promise<WorkerMemory> {
  const response = await fetch(`${origin}/debug/memory`, {
    headers: { authorization: `Bearer ${MASTER_KEY}`, connection: 'close' },
  })
  const { workers } = (await response.json()) as { readonly workers: readonly WorkerMemory[] }
  const [worker] = workers
  if (worker === undefined || !worker.collected)
    throw new Error(`No memory of a worker, or not collected: ${JSON.stringify(workers)}`)
  return worker
}
