// npm run acceptance:sdks: the official SDKs, through the gateway, against a provider of every family.
//
// Each SDK does what its own documentation shows: an answer as JSON and as a stream, tools over two turns, structured
// output, an error. It talks to the gateway in its own vendor's format, whoever's format the provider speaks. The
// providers are the testkit's. Python packages are installed once, and where they cannot be, their rows are skipped.
import { parseArgs } from 'node:util'

import { runCommand } from '../lib/command.ts'
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

async function main(options: Options, running: AsyncDisposableStack): Promise<boolean> {
  const providers = running.use(await startFakeProviders())
  const gateway = running.use(await startGateway({ config: providers.config(FAMILIES) }))
  const models = FAMILIES.map(({ id }) => id).filter((id) => id.includes(options.model))

  const report = createReport(options.verbose)
  await tryJavascript(gateway, models, report)
  await tryPython(gateway, models, report, options.python)
  if (options.verbose) process.stderr.write(gateway.output())
  return report.finish()
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

await runCommand({ usage: USAGE, readOptions, run: main })
