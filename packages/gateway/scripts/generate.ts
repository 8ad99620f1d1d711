// `npm run generate` writes the generated files; `npm run generate -- --check` says whether they are current.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { generatedFiles } from './generated-files.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
const checking = process.argv.includes('--check')

for (const [name, text] of await generatedFiles()) {
  const path = resolve(ROOT, name)
  const current = existsSync(path) && readFileSync(path, 'utf8') === text
  if (checking && !current) {
    console.error(`${name} is not what the code says. Run: npm run generate`)
    process.exitCode = 1
  } else if (!current) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    console.log(`${name} written`)
  }
}
