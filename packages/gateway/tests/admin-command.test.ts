// `fairlead admin` as an operator uses it who cannot log in any more: on a state directory where no gateway runs, and
// through one that does.
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { join } from 'node:path'
import { createAdaptorServer } from '@hono/node-server'
import { describe, expect, it } from 'vitest'
import { commandLine, type Outcome } from '../src/commands/__fixtures__/command-line.ts'
import { openDatabase } from '../src/store/database.ts'
import { Browser } from './support/browser.ts'
import { OPERATOR_TOKEN, startControl } from './support/control-app.ts'
import { logIn, somebody } from './support/logged-in.ts'

const SLOW_MS = 120_000

const line = commandLine()
const { open } = line

function admin(...args: readonly string[]): Promise<Outcome> {
  return line.fairlead(['admin', ...args], { FAIRLEAD_PORT: '8123' })
}

describe('fairlead admin', () => {
  it('makes links and people while no gateway runs', { timeout: SLOW_MS }, async () => {
    const setUp = await admin('link')
    expect(setUp).toMatchObject({ code: 0, out: expect.stringMatching(/^http:\/\/localhost:8123\/set-up#[\w-]{43}\n/) })
    const made = await admin('create', 'Ada@example.com', '--name', 'Ada', '--operator')
    expect(made.out).toMatch(/^ada@example\.com \(per_\w{16}\) is active, and an operator\.\nhttp.*\/reset#[\w-]{43}\n/)
    expect(await admin('link')).toMatchObject({ code: 1, err: expect.stringContaining('an operator already') })
    const list = await admin('list', '--operators')
    expect(list.out).toContain('ada@example.com')
    expect((await admin('suspend', 'ada@example.com')).out).toContain('is suspended')
    const { out } = await admin('restore', 'ada@example.com', '--json')
    expect(JSON.parse(out)).toMatchObject({ email: 'ada@example.com', status: 'active' })
    expect((await admin('unmake-operator', JSON.parse(out).id)).out).toMatch(/is active\.\n$/)
    expect((await admin('reset-factors', 'ada@example.com')).out).toMatch(/\/reset#/)
    expect(await admin('link', 'nobody@example.com')).toMatchObject({
      code: 1,
      err: expect.stringContaining('Nobody here'),
    })
    expect((await admin('frobnicate')).code).toBe(2)
    await using database = await openDatabase(join(line.dataDir, 'fairlead.db'))
    const { records } = await database.audit.list({ limit: 100 })
    expect(records.map(({ action, actorKeyId }) => `${actorKeyId} ${action}`).toReversed()).toEqual([
      'master link.make',
      'master person.create',
      'master person.suspend',
      'master person.restore',
      'master person.update',
      'master factors.reset',
    ])
  })

  it('asks the gateway that runs, which logs the person out at once', { timeout: SLOW_MS }, async () => {
    const control = await startControl()
    open.push(() => control[Symbol.asyncDispose]())
    line.dataDir = line.dir
    const socketPath = join(line.dir, 'control.sock')
    const server = createAdaptorServer({ fetch: control.app.fetch, overrideGlobalObjects: false }) as Server
    server.listen(socketPath)
    await once(server, 'listening')
    open.push(() => {
      server.closeAllConnections()
      server.close()
    })
    const run = { pid: process.pid, socketPath, operatorToken: OPERATOR_TOKEN, url: control.origin }
    writeFileSync(join(line.dir, 'run.json'), JSON.stringify(run), { mode: 0o600 })
    await somebody(control, 'ada@example.com')
    const ada = await logIn(control, 'ada@example.com')
    expect((await ada.get('/api/session')).status).toBe(200)
    expect((await admin('suspend', 'ada@example.com')).code).toBe(0)
    expect((await ada.get('/api/session')).status).toBe(401)
    await admin('restore', 'ada@example.com')
    const link = await admin('link', 'ada@example.com', '--send')
    const token = /#([\w-]{43})/.exec(link.out)?.[1]
    expect(control.mails).toMatchObject([{ to: 'ada@example.com', text: expect.stringContaining(String(token)) }])
    const password = 'chosen anew, and long'
    const back = await new Browser(control.origin).post('/api/login/link', { token, password })
    expect(back).toMatchObject({ status: 200, json: { state: 'done' } })
  })
})
