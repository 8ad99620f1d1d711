// `fairlead COMMAND`: from the command line to a command.

import { VERSION } from './core/version.ts'

const USAGE = `Fairlead ${VERSION}: one base URL in front of every LLM provider

usage: fairlead COMMAND [options]

  start          run the gateway (--config FILE --port N --host H --workers N --data-dir DIR --log-level L)
  keys           create, list and revoke API keys
  config check   say whether a configuration is valid, and where it is not
  doctor         find out what is wrong, and how to mend it
  version        print the version

fairlead COMMAND --help says more.`

async function run([command, ...rest]: readonly string[]): Promise<number> {
  switch (command) {
    case 'start':
      return await (await import('./commands/start.ts')).start(rest)
    case 'keys':
      return await (await import('./commands/keys.ts')).keys(rest)
    case 'doctor':
      return await (await import('./commands/doctor.ts')).doctor(rest)
    case 'config':
      if (rest[0] === 'check') return await (await import('./commands/config-check.ts')).configCheck(rest.slice(1))
      break
    case 'version':
    case '--version':
    case '-v':
      console.log(VERSION)
      return 0
    case undefined:
    case 'help':
    case '--help':
    case '-h':
      console.log(USAGE)
      return 0
  }
  console.error(`fairlead: "${[command, ...rest].join(' ')}" is not a command.\n\n${USAGE}`)
  return 2
}

process.exitCode = await run(process.argv.slice(2))
