// What the picker has learned of the lengths of answers outlives the process: a restart does not make dear models look cheap.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startFakeUpstream } from '@fairlead/testkit'
import { expect, it, vi } from 'vitest'
import { createApp } from '../src/app.ts'
import { loadConfig } from '../src/config/load-config.ts'
import { createLogger } from '../src/telemetry/logger.ts'
import { MASTER_KEY, post } from './support/gateway.ts'
import { PlainPicker } from './support/plain-picker.ts'

const ANSWERS = 12
const messages = [{ role: 'user', content: 'Hello!' }]

it('expects answers after a restart to be as long as they were before', async () => {
  await using upstream = await startFakeUpstream({ script: { tokens: 2_000 } })
  const dataDir = mkdtempSync(join(tmpdir(), 'fairlead-test-'))
  const text = `server: { port: 0, master_key: ${MASTER_KEY}, shutdown_delay_ms: 0 }
log: { level: silent }
health: { check: off }
providers: [{ name: p, type: openai, base_url: "${upstream.url}", api_keys: [sk-a] }]
models: [{ id: gpt-4o, targets: [{ provider: p }], price: { input: 1, output: 10 } }]
`
  const start = async () => {
    const { config } = loadConfig({ text, fileName: 'test.yaml', env: {}, overrides: {} })
    const settings = { configPath: '', dataDir, databaseUrl: '', redisUrl: '', overrides: {} }
    return await createApp(config, settings, {
      log: createLogger('silent'),
      env: {},
      picker: () => new PlainPicker(),
    })
  }
  const expected = async (origin: string): Promise<number> => {
    const { json } = await post(`${origin}/v1/route`, MASTER_KEY, { model: 'auto', messages })
    const [candidate] = json['candidates'] as { expected_cost: string }[]
    return Number(candidate?.expected_cost)
  }
  try {
    let learned = 0
    {
      await using app = await start()
      const atFirst = await expected(app.url)
      for (let call = 0; call < ANSWERS; call += 1)
        await post(`${app.url}/v1/chat/completions`, MASTER_KEY, { model: 'auto', messages })
      learned = await expected(app.url)
      expect(learned).toBeGreaterThan(2 * atFirst)
    }
    await using app = await start()
    await vi.waitFor(async () => expect(await expected(app.url)).toBe(learned), { timeout: 5_000, interval: 10 })
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
})
