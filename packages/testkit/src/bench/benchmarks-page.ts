// docs/benchmarks.md: how we measure, written here, and results, newest first, kept from run to run.

const RESULTS = '<!-- results, newest first; written by npm run bench -- --write -->'

const METHOD = `# Benchmarks

\`npm run bench -- --write docs/benchmarks.md\` measures everything below in one run and puts the result on top.
\`npm run bench -- --help\` lists the options, \`--quick\` takes under two minutes, \`--memory\` checks for leaks.

**Who is compared.** *direct*: the mock upstream without anything in front of it. *nginx*: one worker, \`proxy_pass\`,
keep-alive both ways, no buffering, no log. *floor*: a relay of some forty lines on \`node:http\` and undici's \`dispatch\`, what
the platform's usual parts cost with nothing around them. *fairlead-bare*: called with the master key, without
usage records (until 2026-11-21 with them). *fairlead-product*: called with an API key,
with limits and usage records. *fairlead-paid*: the same, and each call is held for, priced and charged to a prepaid
wallet. *fairlead-cluster*, *fairlead-paid-cluster*: these two on PostgreSQL and Redis, whose own CPU does not count.
*fairlead-translated*: as product, called in Anthropic's dialect, so that everything is
translated. *portkey*: Portkey's gateway from npm, on the same Node.

**How.** The server under test has core 0 for all its threads and child processes; load generator and mock upstream share a
process on core 1, without helper threads for its garbage (since 2026-11-22: they took that core for ticks of 4 ms), and with its
young generation alone collected before each block (since 2026-11-22, 13:00: after a whole collection V8 compiled the
generator anew inside the block, which cost *direct* 2 to 4 ms in one of a hundred first tokens and everybody else more). Every
server is warmed up with up to 60,000 requests and 20,000 streams. HTTP/1.1 keep-alive on both sides, no TLS. Blocks are
interleaved in random order, every second round reversed. Ratios are taken between blocks of the same round. Shown are
medians and their spread: the quartiles, or the smallest and the largest of fewer than eight blocks. Noisy blocks are those in
which others took more than 5 % of the server's core, and, where latencies are measured, those in which the hypervisor stole more
than 0.5 % of a core from the two together (since 2026-11-22, 16:00, and until 18:50 of the server's alone: a core that is away for
one hundredth of the time makes more than one request of a hundred late). They are repeated up to three times and 30 % more blocks
in all, or as often as \`--repeats\` says, the quieter one is kept, and noisy ones are left out while half of a figure's blocks
remain; where they do not, all count.

- *CPU* is the kernel's own accounting (schedstat) over the whole process tree, including what is done after the reply.
  *Deferred* is the part of the processes above the workers: Fairlead's launcher and its primary.
- *CPU per chunk*: 48 streams at 200 chunks a second each, every chunk written by itself.
- *Maximum rate*: a closed loop of 64 connections (16 with 32 KiB, 8 with 256 KiB). "At least" says that the server's core
  was not used up: the load generator was.
- *Added latency*: an open loop with random arrivals. Latency counts from the moment a request was due, minus the
  same percentile of *direct* at the same rate in the same round. A server is left out of rates that are beyond 70 % of its maximum.
  Latencies count from a settling time on, a quarter of the block's length and on top of it, in which the generator opens its
  connections (since 2026-11-22, 16:00; before, these openings were 2 % of a block's first tokens and cost 0.25 to 0.7 ms of the p99).
- *Time to first token*: to the first chunk with content, at half of the streams (ten chunks each) per second that a core of the
  slowest server but Portkey can do, work after the reply included (until 2026-11-22 without it). Portkey gets half of its own
  maximum. *Over a new connection*: of the settling time, the requests for which a connection was opened, many at once.
- *Worst request*: 400 requests of 1 KiB a second beside 20 of 256 KiB; the longest that any small one took, everything included.
- *Memory per idle stream*: slope of resident memory over the number of streams at one chunk a second, fresh process, warmed up.

${RESULTS}
`

/** The page with `report` as its newest result; `existing` is the page as it was, or an empty string. */
export function benchmarksPage(existing: string, report: string): string {
  const at = existing.indexOf(RESULTS)
  const older = at === -1 ? '' : existing.slice(at + RESULTS.length).trim()
  return `${METHOD}\n${report}\n${older === '' ? '' : `\n${older}\n`}`
}
