// What the acceptance commands have in common: help, a bad argument said in one line, and an end by the keyboard or by CI
// that takes along whatever was started. Exit code 0 = all is well, 1 = something failed, 2 = it was called wrongly.

export interface Command<Options> {
  readonly usage: string
  /** Throws a TypeError that names the argument at fault. */
  readOptions(argv: readonly string[]): Options | 'help'
  /** @param running ends what is put there, however this ends @returns whether all is well */
  run(options: Options, running: AsyncDisposableStack): Promise<boolean>
}

export async function runCommand<Options>({ usage, readOptions, run }: Command<Options>): Promise<void> {
  try {
    const options = readOptions(process.argv.slice(2))
    if (options === 'help') {
      console.log(usage)
      return
    }
    await using running = new AsyncDisposableStack()
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => void running.disposeAsync().finally(() => process.exit(130)))
    }
    process.exitCode = (await run(options, running)) ? 0 : 1
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    console.error(usage)
    process.exitCode = 2
  }
}
