// A disk that is full: the journal lies on a file system of 256 KiB, which a file fills up. Only root may mount one.

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnFakeUpstream } from '@fairlead/testkit'
import { expect, it } from 'vitest'
import { chat, post, providersYaml } from './support/gateway.ts'
import { eventually, spawnGateway } from './support/processes.ts'

const mayMount = process.platform === 'linux' && process.getuid?.() === 0 && canMount()

it.skipIf(!mayMount)(
  'lets nothing new in while the journal cannot be written, ends what runs, and resumes alone',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fairlead-full-disk-'))
    const journal = join(folder, 'data', 'journal')
    mkdirSync(journal, { recursive: true, mode: 0o700 })
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k,mode=0700', 'tmpfs', journal])
    try {
      await using upstream = await spawnFakeUpstream(['--tokens', '40', '--gap-ms', '50'])
      await using gateway = await spawnGateway({ yaml: providersYaml([upstream.url]), folder })
      const { key } = await gateway.control.makeKey()
      const url = `${gateway.url}/chat/completions`
      const stream = post(url, key, chat('Hello!', { stream: true }))
      expect((await post(url, key, chat())).status).toBe(200)

      const filler = join(journal, 'filler')
      // The last bytes of a page may still fit: calls go on until the first is refused.
      expect(() => writeFileSync(filler, Buffer.alloc(2 ** 20))).toThrow('ENOSPC')
      let answered = 1
      let refused = await post(url, key, chat())
      for (; refused.status === 200; answered++) refused = await post(url, key, chat())
      expect(refused.status).toBe(503)
      expect(refused.json.error?.code).toBe('service_unavailable')
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
      expect((await fetch(`${gateway.origin}/health/live`)).status).toBe(200)
      await eventually(async () => (await fetch(`${gateway.origin}/health/ready`)).status === 503, 'it is not ready')

      const streamed = await stream
      expect(streamed.status).toBe(200)
      expect(streamed.text.trimEnd().endsWith('data: [DONE]')).toBe(true)

      rmSync(filler)
      await eventually(async () => (await fetch(`${gateway.origin}/health/ready`)).status === 200, 'it is ready again')
      expect((await post(url, key, chat())).status).toBe(200)
      expect((await gateway.stop()).code).toBe(0)
      const rows = gateway.usageRows()
      // The stream, those that were answered, and the last one; not the refused one.
      expect(rows.map(({ status }) => status)).toEqual(Array(answered + 2).fill(200))
      expect(new Set(rows.map(({ requestId }) => requestId)).size).toBe(rows.length)
    } finally {
      execFileSync('umount', [journal])
      rmSync(folder, { recursive: true, force: true })
    }
  },
)

function canMount(): boolean {
  const dir = mkdtempSync(join(tmpdir(), 'fairlead-mount-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', dir], { stdio: 'ignore' })
    execFileSync('umount', [dir])
    return true
  } catch {
    return false
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
