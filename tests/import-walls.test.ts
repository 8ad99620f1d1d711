import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findCycle, type ImportGraph, loadedBy, readImportGraph, readSource } from './import-graph.ts'
import { brokenWalls } from './import-walls.ts'

const ROOT = resolve(import.meta.dirname, '..')
const gateway = readImportGraph(resolve(ROOT, 'packages/gateway/src'))

/** A small house: path -> text. */
function graphOf(files: Readonly<Record<string, string>>): ImportGraph {
  return new Map(Object.entries(files).map(([path, text]) => [path, readSource(path, text)]))
}

describe('the gateway', () => {
  it('keeps its walls', () => {
    expect(brokenWalls(gateway)).toEqual([])
  })

  it('has no import cycle', () => {
    expect(findCycle(gateway)).toBeUndefined()
  })

  it('is read whole: the graph leads from the worker to the floor', () => {
    const loaded = loadedBy(gateway, 'cluster/worker.ts')
    for (const path of [
      'http/data-server.ts',
      'relay/exchange.ts',
      'dialects/pass-request.ts',
      'relay/http1/connect.ts',
    ]) {
      expect([...loaded.keys()]).toContain(path)
    }
    expect([...loadedBy(gateway, 'main.ts').keys()]).toEqual(
      expect.arrayContaining(['commands/start.ts', 'store/database.ts', 'node:sqlite']),
    )
  })

  it('has no import that the reader of statements overlooks', () => {
    const overlooked = [...gateway].filter(([path, { imports }]) => {
      const text = readFileSync(resolve(ROOT, 'packages/gateway/src', path), 'utf8')
      const plain = text.match(/^(?:import\b[^'"]*|\} )from ['"]/gm) ?? []
      return imports.length < plain.length
    })
    expect(overlooked).toEqual([])
  })
})

describe('the walls', () => {
  const broken: readonly (readonly [what: string, files: Record<string, string>, sentence: string])[] = [
    [
      'core that reaches up',
      { 'core/a.ts': "import { b } from '../relay/b.ts'", 'relay/b.ts': '' },
      'core may not import relay',
    ],
    [
      'core that borrows a type',
      { 'core/a.ts': "import type { B } from '../config/b.ts'", 'config/b.ts': '' },
      'core may not import config',
    ],
    [
      'a dialect that knows a provider',
      { 'dialects/x/a.ts': "import { b } from '../../providers/b.ts'", 'providers/b.ts': '' },
      'dialects may not import providers',
    ],
    [
      'a domain folder that knows the database',
      { 'billing/a.ts': "export { b } from '../store/b.ts'", 'store/b.ts': '' },
      'billing may not import store',
    ],
    [
      'a domain folder that knows the relay',
      { 'limits/a.ts': "import '../relay/b.ts'", 'relay/b.ts': '' },
      'limits may not import relay',
    ],
    [
      'two domain folders that were strangers',
      { 'identity/a.ts': "import { b } from '../routing/b.ts'", 'routing/b.ts': '' },
      'identity may not import routing',
    ],
    [
      'a relay that knows HTTP',
      { 'relay/a.ts': "import {\n  b,\n  c,\n} from '../http/b.ts'", 'http/b.ts': '' },
      'relay may not import http',
    ],
    [
      'anybody who imports the composition root',
      { 'cluster/a.ts': "import { b } from '../app.ts'", 'app.ts': '' },
      'cluster may not import app.ts',
    ],
    [
      'a page that opens the database',
      { 'http/control/a.ts': "import { b } from '../../store/b.ts'", 'store/b.ts': '' },
      'http may know the types of store',
    ],
    ['SQL outside store', { 'cluster/a.ts': "import { Kysely } from 'kysely'" }, 'speaks SQL'],
    [
      'the built-in database outside store',
      { 'billing/a.ts': "const { DatabaseSync } = await import('node:sqlite')" },
      'speaks SQL',
    ],
    [
      'a connection from a domain folder',
      { 'billing/a.ts': "import { request as ask } from 'node:https'" },
      'opens connections',
    ],
    ['a connection by the whole module', { 'identity/a.ts': "import * as net from 'node:net'" }, 'opens connections'],
    ['a connection by fetch', { 'catalogue/a.ts': 'const answer = await fetch(url)' }, 'calls fetch'],
    ['a second server', { 'http/a.ts': "import { createServer } from 'node:http'" }, 'makes a server'],
    ['a web framework on the hot path', { 'relay/a.ts': "import { Hono } from 'hono'" }, 'uses a web framework'],
    [
      'the gateway that needs its own testkit',
      { 'relay/a.ts': "import { b } from '@fairlead/testkit'" },
      'stands alone',
    ],
    ['a folder that nobody named', { 'misc/a.ts': '' }, 'no room that the design names'],
    ['an import of nothing', { 'core/a.ts': "import { b } from './b.ts'" }, 'which is not there'],
    [
      'a worker that loads the database three steps away',
      {
        'cluster/worker.ts': "import { a } from './a.ts'",
        'cluster/a.ts': "import { b } from './b.ts'",
        'cluster/b.ts': "import { c } from '../store/c.ts'",
        'store/c.ts': '',
      },
      'A worker loads store/c.ts: cluster/worker.ts -> cluster/a.ts -> cluster/b.ts -> store/c.ts',
    ],
  ]
  it.each(broken)('notice %s', (_what, files, sentence) => {
    expect(brokenWalls(graphOf(files)).join('\n')).toContain(sentence)
  })

  it('let through what is allowed, types of fenced modules included', () => {
    const files = {
      'core/a.ts': "// import { b } from '../relay/b.ts'\nexport const text = 'from'",
      'relay/upstreams.ts': "import { Pool } from 'pool'\nimport { a } from '../core/a.ts'",
      'limits/b.ts': "import type { Socket } from 'node:net'",
      'providers/a.ts': "import { connect } from 'node:net'",
      'http/b.ts':
        "import { Server, type Socket } from 'node:net'\nimport type { Server as HttpServer } from 'node:http'",
      'http/control/a.ts': "import type { Db } from '../../store/b.ts'\nimport { Hono } from 'hono'",
      'store/b.ts': "import { DatabaseSync } from 'node:sqlite'",
      'cluster/worker.ts': "import type { Db } from '../store/b.ts'",
      'commands/a.ts': 'const app = { fetch: other.fetch }\nawait this.fetch(1)',
    }
    expect(brokenWalls(graphOf(files))).toEqual([])
  })

  it('find a cycle of modules, and let one of types be', () => {
    const cycle = {
      'core/a.ts': "import { b } from './b.ts'",
      'core/b.ts': "export { c } from './c.ts'",
      'core/c.ts': "import { a } from './a.ts'",
    }
    expect(findCycle(graphOf(cycle))).toEqual(['core/a.ts', 'core/b.ts', 'core/c.ts', 'core/a.ts'])
    expect(findCycle(graphOf({ ...cycle, 'core/c.ts': "import type { A } from './a.ts'" }))).toBeUndefined()
  })
})

describe('acceptance', () => {
  it('knows the gateway by its address alone', () => {
    const graph = readImportGraph(resolve(ROOT, 'acceptance'))
    expect(graph.size).toBeGreaterThan(10)
    const inside = [...graph].flatMap(([path, { imports }]) =>
      imports
        .filter(({ target }) => target.startsWith('fairlead') || target.startsWith('..'))
        .map(({ target }) => `${path} imports ${target}`),
    )
    expect(inside).toEqual([])
  })
})
