import { setTimeout as delay } from 'node:timers/promises'

import { startChild } from '../lib/child.ts'
import type { Child } from '../lib/child.ts'
import { freePort } from '@fairlead/testkit/free-port.ts'
import { call } from '../lib/http.ts'
import type { PythonEnvironment } from './python-environment.ts'

export interface ModelServer extends AsyncDisposable {
  /** Its base URL, ending in /v1. */
  readonly url: string
}

const READY_WITHIN_MS = 60_000

/** llama.cpp's OpenAI-compatible server, serving one model under the name `modelId`. */
export async function startModelServer(
  { python, weights }: PythonEnvironment,
  modelId: string,
  onOutput: (text: string) => void,
): Promise<ModelServer> {
  const port = await freePort()
  const args = ['-m', 'llama_cpp.server', '--host', '127.0.0.1', '--port', String(port)]
  const child = startChild(python, [...args, '--model', weights, '--model_alias', modelId, '--n_ctx', '2048'], {
    onOutput,
  })
  const url = `http://127.0.0.1:${port}/v1`
  try {
    await untilReady(url, child)
  } catch (error) {
    await child.stop()
    throw error
  }
  return { url, [Symbol.asyncDispose]: () => child.stop() }
}

async function untilReady(url: string, child: Child): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS
  while (child.running && performance.now() < deadline) {
    const reply = await call(`${url}/models`, { timeoutMs: 2000 }).catch(() => undefined)
    if (reply?.status === 200) return
    await delay(200)
  }
  throw new Error(`the model server did not come up:\n${child.output().slice(-2000)}`)
}
