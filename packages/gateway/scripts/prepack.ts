// What is published: the sources without their types, what they read beside them, and the built web app. `npm run pack` and
// `npm publish` do this first; a plain `npm pack` does not, because our `.npmrc` lets no package run scripts of its own.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { ensureBuilt } from '../src/commands/build-dashboard.ts'
import { copyData } from './package-data.ts'

const PACKAGE = join(import.meta.dirname, '..')
const DIST = join(PACKAGE, 'dist')

rmSync(DIST, { recursive: true, force: true })
compile()
copyData(DIST)
cpSync(await ensureBuilt(), join(DIST, 'dashboard'), { recursive: true })
console.log(`packed into dist: ${readdirSync(DIST, { recursive: true }).length} files`)

function compile(): void {
  const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'))
  const config = join(PACKAGE, 'tsconfig.build.json')
  const { status } = spawnSync(process.execPath, [join(typescript, 'bin/tsc'), '-p', config], { stdio: 'inherit' })
  if (status !== 0 || !existsSync(join(DIST, 'main.js'))) throw new Error('The sources could not be compiled.')
}
