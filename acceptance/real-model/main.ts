// npm run acceptance:real-model: the gateway with a real model behind it, used through the official SDKs.
//
// Everything else in this repository talks to servers that we wrote. Here the upstream is llama.cpp with real weights,
// so that a misunderstanding we share with our own testkit cannot hide. Needs Python 3 and a C++ compiler, takes some
// minutes the first time, and is never part of CI.
import { runCommand } from '../lib/command.ts'
import { startGateway } from '../lib/gateway.ts'
import { tryJavascript } from './javascript-sdk.ts'
import { startModelServer } from './model-server.ts'
import { readOptions, USAGE } from './options.ts'
import type { Options } from './options.ts'
import { preparePython } from './python-environment.ts'
import { tryPython } from './python-sdk.ts'
import { createReport } from './report.ts'

const MODEL_ID = 'smollm2-135m-instruct'

async function main(options: Options, running: AsyncDisposableStack): Promise<boolean> {
  const environment = await preparePython(options.environment, options.python)
  const write = (text: string) => {
    if (options.verbose) process.stderr.write(text)
  }
  const server = running.use(await startModelServer(environment, MODEL_ID, write))
  console.log(`Model server: ${server.url}`)
  const gateway = running.use(
    await startGateway({ config: configFor(server.url), masterKey: 'sk-real-model-master-key' }),
  )
  console.log(`Gateway:      ${gateway.url}/v1\n`)

  const report = createReport()
  await tryJavascript(gateway, MODEL_ID, report)
  await tryPython(environment.python, gateway, MODEL_ID, report)
  write(gateway.output())
  return report.finish()
}

function configFor(upstreamUrl: string): string {
  return `providers:
  - name: llama-cpp
    type: openai-compatible
    base_url: ${upstreamUrl}
models:
  - id: ${MODEL_ID}
    targets: [{ provider: llama-cpp, model: ${MODEL_ID} }]
    price: { input: 0.10, output: 0.40 }
`
}

await runCommand({ usage: USAGE, readOptions, run: main })
