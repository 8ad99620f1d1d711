import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startControl, type TestControl } from '../../../../tests/support/control-app.ts'
import { Dashboard } from './dashboard.ts'
import { DASHBOARD_PATHS } from './paths.ts'

const INDEX = `<head><meta name="fairlead-base" content="" /><meta name="fairlead-brand" content="Fairlead" />
<title>Fairlead</title><script src="./theme.js"></script><script src="./assets/index-AbCd_12-.js"></script></head>`
const SCRIPT = `console.log('${'x'.repeat(2000)}')`

describe('the dashboard', () => {
  let control: TestControl
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-dashboard-'))
  beforeAll(async () => {
    mkdirSync(join(folder, 'assets'))
    writeFileSync(join(folder, 'index.html'), INDEX)
    writeFileSync(join(folder, 'theme.js'), 'theme')
    writeFileSync(join(folder, 'assets/index-AbCd_12-.js'), SCRIPT)
    writeFileSync(join(folder, 'assets/index-AbCd_12-.js.br'), brotliCompressSync(SCRIPT))
    control = await startControl({ dashboard: new Dashboard(folder) })
  })
  afterAll(async () => {
    await control[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  it.each(DASHBOARD_PATHS)('is served at %s, never kept, under a policy without exceptions', async (path) => {
    const { status, headers, text } = await control.call(
      path.replaceAll(/\{\w+\+\}/g, 'a/b').replaceAll(/\{\w+\}/g, 'a'),
    )
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(headers.get('cache-control')).toBe('no-store')
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self';")
    expect(policy).not.toMatch(/unsafe|nonce|\*|https?:/)
    expect(text).toContain('src="/theme.js"')
  })

  it.each(['/nothing', '/keys/1/2', '/connect/a/b', '/assets', '/assets/a/b', '/index.html', '/favicon.ico'])(
    'does not answer at %s',
    async (path) => {
      expect((await control.call(path)).status).toBe(404)
    },
  )

  it('tells the page its name and its place behind a proxy, as text', async () => {
    const { config } = control.world
    const server = { ...config.server, publicUrl: 'https://example.com/ai/' }
    control.world.config = { ...config, server, brand: { ...config.brand, name: '<b>"Bold"' } }
    const { text } = await control.call('/keys')
    expect(text).toContain('name="fairlead-base" content="/ai"')
    expect(text).toContain('name="fairlead-brand" content="&lt;b&gt;&quot;Bold&quot;"')
    expect(text).toContain('src="/ai/assets/index-AbCd_12-.js"')
    control.world.config = config
  })

  it('serves files in the form that the browser takes, and those with a hash for good', async () => {
    const path = `${control.origin}/assets/index-AbCd_12-.js`
    const packed = await fetch(path, { headers: { 'accept-encoding': 'gzip, br' } })
    expect(Object.fromEntries(packed.headers)).toMatchObject({
      'content-encoding': 'br',
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': 'text/javascript; charset=utf-8',
      vary: 'accept-encoding',
    })
    expect(await packed.text()).toBe(SCRIPT)
    const plain = await fetch(path, { headers: { 'accept-encoding': 'identity' } })
    expect([plain.headers.get('content-encoding'), await plain.text()]).toEqual([null, SCRIPT])
    expect((await fetch(`${control.origin}/theme.js`)).headers.get('cache-control')).toBe('no-cache')
  })

  it.each(['/assets/none.js', '/assets/index-AbCd_12-.js.br', '/assets/..%2findex.html'])(
    'has no file %s',
    async (path) => {
      expect((await control.call(path)).status).toBe(404)
    },
  )

  it('says what is the matter while there is none, and never caches that', async () => {
    const dashboard = new Dashboard(join(folder, 'none'))
    await using other = await startControl({ dashboard })
    const shown = async (): Promise<string> => (await other.call('/')).text
    expect(await shown()).toContain('is not built')
    dashboard.beginBuild()
    expect(await shown()).toContain('is being built')
    dashboard.endBuild(false)
    expect(await shown()).toContain('could not be built')
    other.world.config = { ...other.world.config, server: { ...other.world.config.server, dashboard: false } }
    expect(await shown()).toContain('is switched off')
    expect((await other.call('/theme.js')).status).toBe(404)
    expect((await other.call('/')).headers.get('cache-control')).toBe('no-store')
  })
})
