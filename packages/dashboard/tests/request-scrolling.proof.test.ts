// A log of 100,000 calls, loaded page by page as one scrolls, and leapt through from end to end.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { usageRecord } from 'fairlead/store/__fixtures__/usage-rows.ts'
import { type MeasuredStage, startMeasuredStage } from './measured-stage.ts'
import { canRun, whyNot } from './support/stage.ts'

const CALLS = 100_000
const LONG_MS = 50

describe.runIf(canRun)(`The log of requests${whyNot}`, () => {
  let measured: MeasuredStage
  beforeAll(async () => {
    measured = await startMeasuredStage()
    const nowMs = Date.now()
    await measured.seed(
      Array.from({ length: CALLS }, (_, n) =>
        usageRecord({
          requestId: `req_many_${n}`,
          startedAtMs: nowMs - 90_000_000 - n * 1_000,
          accountId: 'default',
          keyId: measured.keyIds[n % 2] ?? '',
          model: n % 2 === 0 ? 'gpt-4o' : 'gpt-4o-mini',
          costNanos: n * 100,
        }),
      ),
    )
  }, 240_000)
  afterAll(async () => await measured?.[Symbol.asyncDispose]())

  it('scrolls through 100,000 calls without a task of 50 ms', async () => {
    const { page, open } = measured.operator
    await open('/requests')
    await page.getByRole('table', { name: 'Requests' }).getByRole('row').nth(5).waitFor()
    const loading = await traced(page)
    const loaded = await scroll(page, 'to the end of what is there, until all is there')
    const ofLoading = await loading.end()
    const leaping = await traced(page)
    await scroll(page, 'from end to end, in leaps')
    const ofLeaping = await leaping.end()
    console.log(`${loaded} rows\n  loading them: ${said(ofLoading)}\n  leaping through them: ${said(ofLeaping)}`)
    expect(loaded).toBeGreaterThan(CALLS)
    expect([...ofLoading, ...ofLeaping].filter(({ cpuMs }) => cpuMs >= LONG_MS)).toEqual([])
  }, 480_000)
})

/** @returns how many rows the table has in the end */
async function scroll(
  page: Page,
  how: 'to the end of what is there, until all is there' | 'from end to end, in leaps',
): Promise<number> {
  return await page.evaluate(
    async ([leaps, calls]) => {
      const table = document.querySelector('[role="table"][aria-rowcount]')
      if (!(table instanceof HTMLElement)) return 0
      const frame = (): Promise<unknown> => new Promise((done) => requestAnimationFrame(done))
      const count = (): number => Number(table.getAttribute('aria-rowcount'))
      for (let turn = 0; leaps ? turn < 300 : turn < 50_000 && count() < calls; turn++) {
        table.scrollTop = leaps
          ? (table.scrollHeight * turn) / 300
          : Math.min(table.scrollTop + 4_000, table.scrollHeight)
        await frame()
      }
      return count()
    },
    [how === 'from end to end, in leaps', CALLS] as const,
  )
}

interface Task {
  readonly cpuMs: number
  readonly wallMs: number
}

function said(tasks: readonly Task[]): string {
  const most = (of: (task: Task) => number): string => Math.max(0, ...tasks.map(of)).toFixed(1)
  const long = tasks.filter(({ cpuMs }) => cpuMs >= LONG_MS).length
  return `${tasks.length} tasks, the longest ${most(({ cpuMs }) => cpuMs)} ms of the processor (${most(({ wallMs }) => wallMs)} ms by the clock), ${long} of ${LONG_MS} ms or more`
}

/**
 * What the page's main thread does, task by task. Counted is the processor's time: on a machine that others use, the
 * clock says how long somebody else was at work.
 */
async function traced(page: Page): Promise<{ end(): Promise<readonly Task[]> }> {
  const browser = page.context().browser()
  // Nothing but the tasks: with all that Chromium traces of its own accord this is gigabytes, and takes longer than the scrolling.
  await browser?.startTracing(page, { categories: ['-*', 'disabled-by-default-devtools.timeline'] })
  return {
    async end() {
      const text = (await browser?.stopTracing())?.toString() ?? '{}'
      const { traceEvents = [] } = JSON.parse(text) as { traceEvents?: readonly TraceEvent[] }
      const mains = traceEvents.filter(({ ph, args }) => ph === 'M' && args?.name === 'CrRendererMain')
      const isMain = ({ pid, tid }: TraceEvent): boolean => mains.some((main) => main.pid === pid && main.tid === tid)
      return traceEvents
        .filter((event) => event.name === 'RunTask' && event.ph === 'X' && isMain(event))
        .map(({ dur = 0, tdur = 0 }) => ({ cpuMs: tdur / 1000, wallMs: dur / 1000 }))
    },
  }
}

interface TraceEvent {
  readonly name: string
  readonly ph: string
  readonly pid: number
  readonly tid: number
  readonly dur?: number
  readonly tdur?: number
  readonly args?: { readonly name?: string }
}
