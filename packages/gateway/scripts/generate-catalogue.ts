// Makes `src/catalogue/models.json` from the public snapshot of models.dev and our own supplement.
// Run by hand when the snapshot changes; the result is committed, so that a clone needs no snapshot.
//
//   run.cjs packages/gateway/scripts/generate-catalogue.ts [FOLDER WITH models-dev.json.gz]
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { catalogueModels, type Snapshot } from './catalogue-models.ts'

const HERE = import.meta.dirname
const ROOT = resolve(HERE, '../../..')
const OUTPUT = join(HERE, '../src/catalogue/models.json')
const SOURCE = {
  source:
    'models.dev (repository anomalyco/models.dev, MIT), src/catalogue/supplement.ts and src/catalogue/price-supplement.ts',
  commit: 'f3fc6922',
  date: '2026-07-02',
}

const folder = resolve(process.argv[2] ?? join(dirname(ROOT), 'shared/data/models'))
const file = join(folder, 'models-dev.json.gz')
if (existsSync(file)) {
  const snapshot: Snapshot = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8'))
  const models = catalogueModels(snapshot)
  // A line a model, so that a change of one price is a change of one line.
  const lines = models.map((model) => `    ${JSON.stringify(model)}`).join(',\n')
  const head = Object.entries(SOURCE).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`)
  writeFileSync(OUTPUT, `{\n${head.join('')}  "models": [\n${lines}\n  ]\n}\n`)
  console.log(`${models.length} models written to src/catalogue/models.json`)
} else {
  console.error(`There is no models-dev.json.gz in ${folder}. The committed src/catalogue/models.json stays as it is.`)
  process.exitCode = 1
}
