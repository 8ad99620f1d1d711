import { fileURLToPath } from 'node:url'

import * as c from '../lib/check.ts'
import { bareEnvironment } from '../lib/gateway.ts'
import type { Gateway } from '../lib/gateway.ts'
import { ANTHROPIC, findPython, GOOGLE_GENAI, OPENAI } from '../lib/python.ts'
import { run } from '../lib/run.ts'
import type { Report } from './report.ts'

const PROGRAMS = [
  { sdk: 'openai (Python), chat', file: 'openai_chat.py', needs: OPENAI },
  { sdk: 'openai (Python), Responses', file: 'openai_responses.py', needs: OPENAI },
  { sdk: 'anthropic (Python)', file: 'anthropic_messages.py', needs: ANTHROPIC },
  { sdk: 'google-genai (Python)', file: 'google_genai.py', needs: GOOGLE_GENAI },
] as const

export async function tryPython(
  gateway: Gateway,
  models: readonly string[],
  report: Report,
  asked: string | undefined,
): Promise<void> {
  const python = await findPython(asked, [OPENAI, ANTHROPIC, GOOGLE_GENAI])
  for (const { sdk, file, needs } of PROGRAMS) {
    if (python === undefined || !python.has.includes(needs)) {
      report.skip(sdk, `no Python that can import ${needs.module}; see --python`)
      continue
    }
    const program = fileURLToPath(new URL(`python/${file}`, import.meta.url))
    const args = [program, gateway.url, gateway.key, JSON.stringify(models)]
    // Byte code beside the programs would be litter in the checkout.
    const env = { ...bareEnvironment(), PYTHONDONTWRITEBYTECODE: '1' }
    const { stdout, stderr } = await run(python.path, args, { env, timeoutMs: 240_000 })
    const lines = stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line): unknown => JSON.parse(line))
    for (const model of models) {
      const own = lines.filter((line) => c.at(line, 'model') === model)
      const failures = own
        .filter((line) => c.at(line, 'ok') !== true)
        .map((line) => ({ step: String(c.at(line, 'step')), why: String(c.at(line, 'shown')) }))
      if (own.length === 0) failures.push({ step: 'start', why: stderr.trim() })
      const steps = own.length === 0 ? ['start'] : own.map((line) => String(c.at(line, 'step')))
      report.add({ sdk, model, steps, failures })
    }
  }
}
