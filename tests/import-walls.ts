// The walls of the house, as rules over the import graph of `packages/gateway/src`. A wall that a change has to go
// through is a decision: change the rule here, and say why in docs/decisions/.
//
//   core <- dialects <- providers <- relay <- responses <- http <- cluster <- app, commands <- main
//
// Beside that line stand the domain folders, which know nothing of wires and databases, and `store`, which answers
// their interfaces in SQL.
import type { Import, ImportGraph } from './import-graph.ts'
import { loadedBy } from './import-graph.ts'

const DOMAIN = ['billing', 'catalogue', 'config', 'identity', 'limits', 'routing', 'telemetry', 'upstreams'] as const
const DATA_PLANE = ['core', ...DOMAIN, 'dialects', 'providers', 'relay', 'responses']

/** Folder -> the folders that it may import from, beside itself. Domain folders know each other sparingly: by name. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  dialects: ['core'],
  // Whose money it is, and who may move it: identity.
  billing: ['core', 'config', 'identity', 'limits'],
  catalogue: ['core', 'billing', 'config'],
  config: ['core', 'billing', 'catalogue', 'identity', 'limits'],
  // Of billing they know prices, and no more.
  identity: ['core', 'billing', 'limits'],
  limits: ['core'],
  // Between the doors and the relay: each of its requests is one for the relay.
  responses: ['core', 'config', 'dialects', 'identity', 'relay', 'telemetry'],
  routing: ['core', 'billing', 'config', 'limits'],
  telemetry: ['core', 'config'],
  // What the operator makes beside the file is judged by the file's checks, and its health is the balancer's to tell.
  upstreams: ['core', 'catalogue', 'config', 'identity', 'routing'],
  // The control plane's own way out: payment providers, webhooks, mail.
  outbound: ['core', 'billing', 'identity'],
  providers: ['core', 'dialects', 'config', 'catalogue'],
  relay: ['core', ...DOMAIN, 'dialects', 'providers'],
  store: ['core', ...DOMAIN, 'responses'],
  // `store` only for the types of what it is handed: the database is opened by the primary (see below).
  http: [...DATA_PLANE, 'store'],
  cluster: [...DATA_PLANE, 'outbound', 'store', 'http'],
  // Guides for clients: the page and the command line show them, and nothing of the gateway needs them.
  connect: ['core'],
  commands: [...DATA_PLANE, 'connect', 'store', 'http', 'cluster', 'app.ts'],
  'app.ts': [...DATA_PLANE, 'store', 'http', 'cluster'],
  'main.ts': ['core', 'commands'],
}

interface Fence {
  readonly what: string
  /** Whether an import goes through it. */
  readonly touches: (imported: Import) => boolean
  /** Folders and files that may. */
  readonly open: readonly string[]
}

const CLIENTS: Readonly<Record<string, readonly string[]>> = {
  'node:http': ['request', 'get', 'Agent', 'ClientRequest', '*'],
  'node:https': ['request', 'get', 'Agent', '*'],
  'node:http2': ['connect', '*'],
  'node:net': ['connect', 'createConnection', 'Socket', '*'],
  'node:tls': ['connect', 'TLSSocket', '*'],
}
const SERVERS = ['node:http', 'node:https', 'node:http2', 'node:net', 'node:tls']

/** Doors that only some may use. Types do not count: nothing is opened by them. */
const FENCES: readonly Fence[] = [
  {
    what: 'speaks SQL, which is the business of store',
    touches: ({ target }) =>
      target === 'node:sqlite' || target === 'pg' || /^(?:kysely|better-sqlite3|ioredis)(?:\/|$)/.test(target),
    open: ['store'],
  },
  {
    what: 'opens connections, which only relay and providers do',
    touches: ({ target, names }) => names.some((name) => (CLIENTS[target] ?? []).includes(name)),
    open: [
      'relay',
      'providers',
      // To payment providers and webhooks, from the primary alone.
      'outbound',
      // Not upstreams: the socket between a worker and its primary, and the command line's way to a running gateway.
      'http/control-proxy.ts',
      'commands/running-gateway.ts',
      // The way to PostgreSQL: it cuts the connections to a server that froze, which the driver would wait for.
      'store/postgres-link.ts',
      // Looks from outside at what runs, or at what would: it is never part of a gateway.
      'commands/doctor',
      // Looks for model servers on this machine.
      'config/local-servers.ts',
    ],
  },
  {
    what: 'opens WebSockets, which only relay/upstream-socket.ts does',
    touches: ({ target, names }) => target === 'ws' && names.some((name) => name === 'WebSocket' || name === 'default'),
    open: ['relay/upstream-socket.ts'],
  },
  {
    what: 'makes a server, which only http/data-server.ts does',
    touches: ({ target, names }) =>
      SERVERS.includes(target) && names.some((name) => name.startsWith('create') && name.endsWith('Server')),
    // The simulator is a provider that happens to run in this process.
    // The doctor listens for a moment, to see whether the port is free.
    open: ['http/data-server.ts', 'providers/simulator', 'commands/doctor'],
  },
  {
    what: 'uses a web framework outside the control plane',
    touches: ({ target }) => target === 'hono' || target.startsWith('hono/') || target === '@hono/node-server',
    open: ['http/control'],
  },
]

/** Its scripts run in a browser, where `fetch` is the only way. */
const BROWSER_CODE = 'http/control/pages'

/** What a worker must never load, however indirectly: a slow disk must not be able to stall a stream. */
const WORKER = 'cluster/worker.ts'
const NOT_IN_A_WORKER = ['outbound', 'nodemailer', 'store', 'http/control', 'node:sqlite', 'kysely', 'hono']

/** One sentence for each place where a wall is broken. */
export function brokenWalls(graph: ImportGraph): string[] {
  const broken: string[] = []
  for (const [path, { imports, fetches }] of graph) {
    const room = roomOf(path)
    const allowed = MAY_IMPORT[room]
    if (allowed === undefined)
      broken.push(`${path} is in no room that the design names: see MAY_IMPORT in tests/import-walls.ts`)
    for (const imported of imports) {
      const { target, typeOnly } = imported
      if (graph.has(target)) {
        const other = roomOf(target)
        if (allowed !== undefined && other !== room && !allowed.includes(other))
          broken.push(`${path} imports ${target}: ${room} may not import ${other}`)
        if (other === 'store' && room === 'http' && !typeOnly)
          broken.push(`${path} imports ${target}: http may know the types of store, and no more`)
      } else if (target.endsWith('.ts')) {
        broken.push(`${path} imports ${target}, which is not there`)
      } else if (target.startsWith('@fairlead/')) {
        broken.push(`${path} imports ${target}: the published package stands alone`)
      }
      for (const fence of FENCES) {
        if (!typeOnly && fence.touches(imported) && !isIn(path, fence.open))
          broken.push(`${path} imports ${target}: it ${fence.what}`)
      }
    }
    if (fetches && !isIn(path, ['relay', 'providers', 'commands/doctor', 'commands/connect', BROWSER_CODE]))
      broken.push(`${path} calls fetch: it opens connections, which only relay and providers do`)
  }
  for (const [path, way] of loadedBy(graph, WORKER)) {
    if (isIn(path, NOT_IN_A_WORKER)) broken.push(`A worker loads ${path}: ${way.join(' -> ')}`)
  }
  return broken
}

/** The folder, or the file itself where it lies beside the folders. */
function roomOf(path: string): string {
  const slash = path.indexOf('/')
  return slash < 0 ? path : path.slice(0, slash)
}

function isIn(path: string, places: readonly string[]): boolean {
  return places.some((place) => path === place || path.startsWith(`${place}/`))
}
