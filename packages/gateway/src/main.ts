// `fairlead COMMAND`: from the command line to a command.

import { VERSION } from './core/version.ts'

const USAGE = `Fairlead ${VERSION}: one base URL in front of every LLM provider

usage: fairlead COMMAND [options]

  start          run the gateway (--config FILE --port N --host H --workers N --data-dir DIR --log-level L)
  admin          people who log in: links, suspension, operators
  keys           create, list, rotate and revoke API keys
  accounts       create, list, change, suspend and activate accounts
  groups         create, list and delete groups
  wallets        show, top up, adjust, refund and lock wallets; make redeem codes
  auto           what the picker has learned: learn, promote, roll back
  backup         copy the database while the gateway runs
  restore        put a backup in its place
  migrate        bring the database's schema up to date, one step back, or everything to PostgreSQL
  config check   say whether a configuration is valid, and where it is not
  connect        set up a coding agent or another tool for this gateway
  doctor         find out what is wrong, and how to mend it
  version        print the version

fairlead COMMAND --help says more.`

async function run([command, ...rest]: readonly string[]): Promise<number> {
  switch (command) {
    case 'start':
      return await (await import('./commands/start.ts')).start(rest)
    case 'admin':
      return await (await import('./commands/admin.ts')).admin(rest)
    case 'keys':
      return await (await import('./commands/keys.ts')).keys(rest)
    case 'accounts':
      return await (await import('./commands/accounts.ts')).accounts(rest)
    case 'groups':
      return await (await import('./commands/groups.ts')).groups(rest)
    case 'wallets':
      return await (await import('./commands/wallets.ts')).wallets(rest)
    case 'connect':
      return await (await import('./commands/connect.ts')).connect(rest)
    case 'auto':
      return await (await import('./commands/auto.ts')).auto(rest)
    case 'doctor':
      return await (await import('./commands/doctor.ts')).doctor(rest)
    case 'backup':
      return await (await import('./commands/backup.ts')).backup(rest)
    case 'restore':
      return await (await import('./commands/restore.ts')).restore(rest)
    case 'migrate':
      return await (await import('./commands/migrate.ts')).migrate(rest)
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
