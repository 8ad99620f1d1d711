// The command line of `npm run bench`.
import { parseArgs } from 'node:util'
import { SCENARIO_NAMES } from './scenarios.ts'
import type { ScenarioName } from './scenarios.ts'
import { SERVER_NAMES } from './servers.ts'
import type { ServerName } from './servers.ts'

export type BenchOptions = {
  servers: ServerName[]
  scenarios: ScenarioName[]
  blocks: number
  seconds: number
  /** How often a noisy block may be run again; undefined: a few times, and not many in all. */
  repeats: number | undefined
  /** Streams that are held open for the memory figure; 0 leaves it out. */
  idleStreams: number
  writeFile: string | undefined
  jsonFile: string | undefined
  seed: number
  mode: 'bench' | 'memory' | 'install-peers' | 'help'
}

export const HELP = `npm run bench -- [options]

One run compares the mock upstream alone (direct), nginx, the platform floor, Fairlead bare, Fairlead with keys, limits
and usage records (product), the same with a wallet that pays for each call (paid), both on PostgreSQL and Redis, product
translating for clients of Anthropic's dialect, and Portkey's gateway. The server under test has core 0, load generator
and mock have core 1.
Linux with two cores; a full run takes about 20 minutes.

  --quick              two short blocks of nearly everything, under 2 minutes: for a first look, not for claims
  --only A,B           json (or json-1k, json-2k, json-32k, json-256k), sse, rate-1000, rate-4000, ttft, mixed, idle
  --servers A,B        ${SERVER_NAMES.join(', ')}
  --blocks N           blocks of each scenario and server, in random order, every second time reversed (default 5)
  --seconds S          length of a block (default 2)
  --repeats N          runs a noisy block again until it was quiet, N times at most, however long that takes (default: 3
                       times, and 30 % more blocks in all)
  --seed N             repeats the order and the arrivals of an earlier run
  --write FILE         puts the result at the top of FILE, as in docs/benchmarks.md
  --json FILE          writes every block as it was measured
  --memory             instead: live memory of Fairlead after 50,000 and after 100,000 streams (product profile, or --servers)
  --install-peers      instead: installs Portkey's gateway from npm, for the comparison only
  --help`

/** Reads the arguments; an unknown flag, server or scenario is an error that names the possible ones. */
export function parseOptions(args: string[]): BenchOptions {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      servers: { type: 'string' },
      blocks: { type: 'string' },
      seconds: { type: 'string' },
      repeats: { type: 'string' },
      seed: { type: 'string' },
      write: { type: 'string' },
      json: { type: 'string' },
      memory: { type: 'boolean', default: false },
      'install-peers': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  // A quick look leaves the second fixed rate and the memory out; what is asked for by name stays.
  const everything = values.quick ? SCENARIO_NAMES.filter((name) => name !== 'rate-4000') : [...SCENARIO_NAMES, 'idle']
  const wanted = values.only?.split(',') ?? everything
  const groups: Record<string, readonly ScenarioName[]> = {
    json: ['json-1k', 'json-2k', 'json-32k', 'json-256k'],
    idle: [],
  }
  const scenarios = wanted.flatMap((name) => groups[name] ?? [oneOf(SCENARIO_NAMES, name)])
  return {
    servers: values.servers?.split(',').map((name) => oneOf(SERVER_NAMES, name)) ?? [...SERVER_NAMES],
    scenarios,
    blocks: positive('blocks', values.blocks, values.quick ? 2 : 5),
    seconds: positive('seconds', values.seconds, values.quick ? 0.5 : 2),
    repeats: values.repeats === undefined ? undefined : positive('repeats', values.repeats, 0),
    idleStreams: !wanted.includes('idle') ? 0 : values.quick ? 1000 : 2000,
    writeFile: values.write,
    jsonFile: values.json,
    seed: positive('seed', values.seed, Math.floor(Math.random() * 1e9) + 1),
    mode: values.help ? 'help' : values['install-peers'] ? 'install-peers' : values.memory ? 'memory' : 'bench',
  }
}

function oneOf<Name extends string>(names: readonly Name[], given: string): Name {
  const found = names.find((name) => name === given)
  if (found === undefined) throw new Error(`"${given}" is not one of ${names.join(', ')}`)
  return found
}

function positive(flag: string, given: string | undefined, fallback: number): number {
  const value = given === undefined ? fallback : Number(given)
  if (!(value > 0)) throw new Error(`--${flag} takes a number above 0, not "${given}"`)
  return value
}
