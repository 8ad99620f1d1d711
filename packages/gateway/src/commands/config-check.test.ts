import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { commandLine, type Outcome } from './__fixtures__/command-line.ts'

const line = commandLine()
const check = (...args: string[]): Promise<Outcome> => line.fairlead(['config', 'check', ...args])

it('says that a file is valid, and how much is in it', async () => {
  writeFileSync(
    join(line.dir, 'fairlead.yaml'),
    'providers: [{ name: a, type: openai, api_key: x }]\nmodels: [{ id: m }, { id: gpt-4o }]\n',
  )
  expect(await check()).toEqual({ code: 0, out: 'fairlead.yaml is valid: 1 provider, 2 models\n', err: '' })
})

it('says what is wrong, where, and ends with 1', async () => {
  writeFileSync(join(line.dir, 'bad.yaml'), 'server:\n  prot: 1\n')
  const { code, err } = await check('--config', 'bad.yaml')
  expect(code).toBe(1)
  expect(err).toContain('bad.yaml:2:3  server.prot is not a known key. Did you mean "port"?')
})

it('ends with 1 for a file that is not there, and with 2 for a flag that is none', async () => {
  expect((await check('--config', 'none.yaml')).code).toBe(1)
  expect((await check('--confgi', 'x')).code).toBe(2)
})
