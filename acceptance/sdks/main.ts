// npm run acceptance:sdks: the official SDKs, through the gateway, against a provider of every family.
//
// Each SDK does what its own documentation shows: an answer as JSON and as a stream, tools over two turns, structured
// output, an error. It talks to the gateway in its own vendor's format, whoever's format the provider speaks. The
// providers are the testkit's. Python packages are installed once, and where they cannot be, their rows are skipped.
import { parseArgs } from 'node:util'

import { startFakeProviders } from '../lib/fake-providers.ts'
import { startGateway } from '../lib/gateway.ts'
import { FAMILIES } from './families.ts'
import { tryJavascript } from './javascript.ts'
import { tryPython } from './python.ts'
import { createReport } from './report.ts'

const USAGE = `npm run acceptance:sdks -- [options]
  --model TEXT        models whose id contains TEXT: bedrock
  --python PATH       the Python with the packages; "none" to leave it out
  --verbose           the whole of each failure, and what the gateway wrote`

interface Options {
  readonly model: string
  readonly python: string | undefined
  readonly verbose: boolean
}

async function main(options: Options): Promise<boolean> {
  await using running = new AsyncDisposableStack()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stopEarly(running))
  }
  const providers = running.use(await startFakeProviders())
  const gateway = running.use(await startGateway({ config: providers.config(FAMILIES) }))
  const models = FAMILIES.map(({ id }) => id).filter((id) => id.includes(options.model))

  const report = createReport(options.verbose)
  await tryJavascript(gateway, models, report)
  await tryPython(gateway, models, report, options.python)
  if (options.verbose) process.stderr.write(gateway.output())
  return report.finish()
}

async function stopEarly(running: AsyncDisposableStack): Promise<void> {
  await running.disposeAsync()
  process.exit(130)
}

function readOptions(argv: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      model: { type: 'string' },
      python: { type: 'string' },
      verbose: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help === true) return 'help'
  return { model: values.model ?? '', python: values.python, verbose: values.verbose ?? false }
}

try {
  const options = readOptions(process.argv.slice(2))
  if (options === 'help') console.log(USAGE)
  else process.exitCode = (await main(options)) ? 0 : 1
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  console.error(USAGE)
  process.exitCode = 2
}
