// A gateway with a month behind it, for the pages that show what was measured: calls of several models and keys, some of
// which failed, names that are scripts, and a history of the status with gaps in it.
import { startFakeUpstream } from '@fairlead/testkit'
import type { UsageRecord } from 'fairlead/billing/usage/usage-record.ts'
import { tokenUsage } from 'fairlead/core/token-usage.ts'
import { bringIn, usageRecord } from 'fairlead/store/__fixtures__/usage-rows.ts'
import { openDatabase } from 'fairlead/store/database.ts'
import { HEALTH_DAY_MS, HEALTH_STEP_MS } from 'fairlead/telemetry/history/health-history.ts'
import { chat, post } from '../../gateway/tests/support/gateway.ts'
import { type Stage, startStage, type Visitor } from './support/stage.ts'

/** Names that would run, were they ever taken for anything but text. */
export const HOSTILE = [
  '<img/src=x/onerror="window.__ran=1">',
  '"><script>window.__ran=1</script>',
  "javascript:window.__ran=1//'",
  '<svg/onload=window.__ran=1>',
  '{{constructor.constructor("window.__ran=1")()}}',
  '=HYPERLINK("https://example.com","x")',
] as const

const MODELS = ['gpt-4o', 'gpt-4o-mini', 'claude-haiku-4-5', 'gemini-2.0-flash', 'deepseek-chat'] as const
const NANOS = [9_000_000, 400_000, 2_500_000, 300_000, 700_000] as const

export interface MeasuredStage extends AsyncDisposable {
  readonly stage: Stage
  readonly operator: Visitor
  readonly keyIds: readonly string[]
  /** Makes a call, and waits until it is in the database. */
  call(model?: string): Promise<{ readonly status: number; readonly id: string }>
  /** Makes the next call fail at the first upstream. */
  fail(): Promise<void>
  seed(records: readonly UsageRecord[]): Promise<void>
}

export async function startMeasuredStage(): Promise<MeasuredStage> {
  const first = await startFakeUpstream({ script: { tokens: 12 } })
  const second = await startFakeUpstream({ script: { tokens: 12 } })
  const ids = [...MODELS, HOSTILE[0], HOSTILE[1]]
  const models = ids.map(
    (id) =>
      `  - { id: ${JSON.stringify(id)}, targets: [{ provider: first, model: gpt-4o }, { provider: second, model: gpt-4o, priority: 1 }] }`,
  )
  const provider = (name: string, url: string): string =>
    `  - { name: ${name}, type: openai-compatible, base_url: "${url}", api_keys: [sk-up-${name}] }`
  const stage = await startStage({
    providers: `providers:\n${provider('first', first.url)}\n${provider('second', second.url)}\nmodels:\n${models.join('\n')}`,
    yaml: 'balancer: { sticky: false }',
  })
  const operator = await stage.operator()
  const keyIds: string[] = []
  let key = ''
  for (const name of ['production', 'staging', HOSTILE[2]]) {
    const made = await operator.api('POST', '/api/auth', { name })
    keyIds.push(made.json.id)
    key ||= made.json.key
  }
  const seed = async (records: readonly UsageRecord[]): Promise<void> => {
    const database = await openDatabase(stage.gateway.databaseFile)
    for (let at = 0; at < records.length; at += 5_000) await bringIn(database.usage, records.slice(at, at + 5_000))
    await database[Symbol.asyncDispose]()
  }
  await seed(pastCalls(keyIds))
  await seedStatus(stage.gateway.databaseFile)
  const call = async (model = 'gpt-4o') => {
    const reply = await post(`${stage.gateway.url}/chat/completions`, key, chat('Hello!', { model }))
    await stage.gateway.usage()
    return { status: reply.status, id: reply.headers.get('x-request-id') ?? '' }
  }
  return {
    stage,
    operator,
    keyIds,
    call,
    seed,
    fail: async () => await first.setFault('5xx(500)', { times: 1 }),
    async [Symbol.asyncDispose]() {
      await stage[Symbol.asyncDispose]()
      await first[Symbol.asyncDispose]()
      await second[Symbol.asyncDispose]()
    },
  }
}

/** Two months, more by day than by night, more in this month than in the last. */
function pastCalls(keyIds: readonly string[]): UsageRecord[] {
  const nowMs = Date.now()
  const records: UsageRecord[] = []
  for (let hour = 60 * 24; hour > 0; hour--) {
    const busy = 2 + Math.round(4 * Math.abs(Math.sin((hour * Math.PI) / 24))) - (hour > 30 * 24 ? 1 : 0)
    for (let n = 0; n < busy; n++) {
      const index = hour * 7 + n * 3
      const model = index % MODELS.length
      const fails = index % 41 === 0
      const isHostile = index % 97 === 0
      records.push(
        usageRecord({
          requestId: `req_past_${hour}_${n}`,
          startedAtMs: nowMs - hour * 3_600_000 + n * 400_000,
          accountId: 'default',
          keyId: keyIds[index % keyIds.length] ?? 'key_none',
          model: isHostile ? (HOSTILE[index % HOSTILE.length] ?? '') : (MODELS[model] ?? 'gpt-4o'),
          provider: 'first',
          stream: index % 3 !== 0,
          status: fails ? 503 : 200,
          errorCode: fails ? (isHostile ? HOSTILE[3] : 'upstream_error') : '',
          durationMs: 600 + ((index * 131) % 7_000),
          firstByteMs: 150 + ((index * 37) % 900),
          usage: tokenUsage({ input: 400 + ((index * 53) % 3_000), cacheRead: 100, output: 60 + ((index * 29) % 900) }),
          costNanos: fails ? 0 : (NANOS[model] ?? 0) + (index % 100) * 10_000,
        }),
      )
    }
  }
  return records
}

async function seedStatus(file: string): Promise<void> {
  const database = await openDatabase(file)
  const today = Math.floor(Date.now() / HEALTH_DAY_MS)
  const step = Math.floor(Date.now() / HEALTH_STEP_MS)
  const looks = ['gateway', 'database', 'upstreams:openai-compatible'].flatMap((component, part) => {
    const at = (startMs: number, checks: number, failures: number) => ({
      component,
      startMs,
      checks,
      failures,
      responseMs: part === 0 ? 0 : (checks - failures) * (part === 1 ? 3 : 120),
    })
    const days = Array.from({ length: 70 }, (_, index) => 72 - index)
      // The gateway was off for some days.
      .filter((ago) => ago > 1 && (ago < 40 || ago > 44))
      .map((ago) =>
        at((today - ago) * HEALTH_DAY_MS, 1_440, part === 2 && ago === 12 ? 400 : ago === 55 && part === 1 ? 30 : 0),
      )
    const steps = Array.from({ length: 250 }, (_, index) => index + 1)
      .filter((ago) => ago < 100 || ago > 130)
      .map((ago) => at((step - ago) * HEALTH_STEP_MS, 5, part === 2 && ago > 60 && ago < 72 ? 5 : 0))
    return [...days, ...steps]
  })
  await database.health.add(looks)
  await database[Symbol.asyncDispose]()
}
