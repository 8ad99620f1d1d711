import { fileURLToPath } from 'node:url'

import * as c from '../lib/check.ts'
import { bareEnvironment } from '../lib/gateway.ts'
import { run } from '../lib/run.ts'
import type { Endpoint, Report } from './report.ts'

const PROGRAM = fileURLToPath(new URL('python_sdk.py', import.meta.url))
const STEPS = ['model list', 'chat', 'stream']

export async function tryPython(python: string, endpoint: Endpoint, modelId: string, report: Report): Promise<void> {
  const { stdout, stderr } = await run(python, [PROGRAM, `${endpoint.url}/v1`, endpoint.key, modelId], {
    env: bareEnvironment(),
    timeoutMs: 120_000,
  })
  const lines = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line))
  for (const step of STEPS) {
    const line = lines.find((candidate) => c.at(candidate, 'step') === step)
    await report.step(`Python SDK: ${step}`, async () => {
      if (line === undefined) throw new Error(`it ended before this step: ${stderr.trim().slice(-500)}`)
      return { ok: c.at(line, 'ok') === true, shown: c.items(line, 'shown').map(String) }
    })
  }
}
