// What a published package holds beside the compiled code. The code itself is left out here: compiling it takes a minute.
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { copyData, dataFiles } from '../scripts/package-data.ts'

const PACKAGE = resolve(import.meta.dirname, '..')

it('a package lists the launcher, what the program reads, and the web app; neither sources nor tests', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-pack-'))
  try {
    cpSync(join(PACKAGE, 'package.json'), join(folder, 'package.json'))
    for (const name of ['bin', 'scripts', 'tests/support']) {
      cpSync(join(PACKAGE, name), join(folder, name), { recursive: true })
    }
    copyData(join(folder, 'dist'))
    mkdirSync(join(folder, 'dist/dashboard/assets'), { recursive: true })
    for (const name of ['main.js', 'dashboard/index.html', 'dashboard/assets/index.js.br']) {
      writeFileSync(join(folder, 'dist', name), 'as it was built')
    }
    const options = { cwd: folder, shell: process.platform === 'win32' }
    const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], options)
    const [packed] = JSON.parse(stdout) as [{ files: { path: string }[] }]
    const paths = packed.files.map(({ path }) => path)
    expect(paths).toEqual(
      expect.arrayContaining([
        'bin/fairlead.cjs',
        'dist/main.js',
        'dist/routing/auto/tables/heads.json',
        'dist/routing/auto/tables/projection.bin',
        'dist/routing/auto/tables/skills.json',
        'dist/catalogue/models.json',
        'dist/dashboard/index.html',
        'dist/dashboard/assets/index.js.br',
      ]),
    )
    expect(paths.filter((path) => !/^(?:bin\/|dist\/|package\.json$)/.test(path))).toEqual([])
    expect(dataFiles().every((name) => paths.includes(`dist/${name}`))).toBe(true)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

it('is filled before it is published, whatever else may run no script', () => {
  const manifest = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as object
  expect(manifest).toMatchObject({
    publishConfig: { 'ignore-scripts': false },
    scripts: { prepack: expect.any(String) },
  })
})
