// One process that runs command after command as `main.ts` does, each in a folder and with an environment of its own.
// The hundreds of modules below `main.ts` are loaded once; that is nearly all of the time that a command takes.
import type { Outcome } from './command-line.ts'

export interface Command {
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

const MAIN = new URL('../../main.ts', import.meta.url).href
let runs = 0

process.on('message', (command: Command) => {
  void run(command).then((outcome) => process.send?.(outcome))
})
// The test's process is gone.
process.on('disconnect', () => process.exit())

async function run({ args, cwd, env }: Command): Promise<Outcome> {
  process.chdir(cwd)
  for (const name of Object.keys(process.env)) delete process.env[name]
  Object.assign(process.env, env)
  process.argv = [process.execPath, MAIN, ...args]
  using out = heard(process.stdout)
  using err = heard(process.stderr)
  // Another address each time, so that it runs once more.
  runs += 1
  await import(`${MAIN}?${runs}`)
  const code = Number(process.exitCode ?? 0)
  process.exitCode = 0
  return { code, out: out.text, err: err.text }
}

function heard(stream: NodeJS.WriteStream): Disposable & { readonly text: string } {
  const { write } = stream
  const ear = {
    text: '',
    [Symbol.dispose]() {
      stream.write = write
    },
  }
  stream.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    ear.text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()
    const done = rest.at(-1)
    if (typeof done === 'function') done()
    return true
  }
  return ear
}
