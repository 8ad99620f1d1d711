import { describe, expect, it } from 'vitest'
import { loadConfig } from '../config/load-config.ts'
import type { Config } from '../config/config.ts'
import { secretFingerprint } from '../config/secret-fingerprint.ts'
import { faultOf, overlay, type OpenProvider, type OpenUpstreams } from './overlay.ts'

const NOTHING: OpenUpstreams = { providers: [], models: [], switches: [] }

function fileOf(text: string | null): Config {
  return loadConfig({ text, fileName: 'fairlead.yaml', env: {}, overrides: {} }).config
}

function provider(name: string, settings: object = {}, secrets: readonly string[] = [`sk-${name}`]): OpenProvider {
  const base_url = 'http://127.0.0.1:9/v1'
  return { name, settings: { type: 'openai-compatible', base_url, ...settings }, headers: {}, secrets }
}

const FILE = `providers:
  - { name: a, type: openai-compatible, base_url: "http://127.0.0.1:8/v1", api_keys: [sk-a, sk-b], weight: 2 }
models:
  - { id: m, aliases: [em], targets: [{ provider: a }] }
`
const switched = (change: object) => ({
  provider: 'a',
  fingerprint: '',
  drainedAtMs: null,
  weight: null,
  setBy: 'master',
  setAtMs: 1,
  ...change,
})

describe('an overlay', () => {
  it('of nothing is the configuration itself', () => {
    const base = fileOf(FILE)
    expect(overlay(base, NOTHING).config).toBe(base)
  })

  it('adds providers and models, each resolved as the file’s would be', () => {
    const { config, providerFaults, modelFaults } = overlay(fileOf(FILE), {
      ...NOTHING,
      providers: [provider('deepseek', { base_url: 'https://api.deepseek.com/v1/' })],
      models: [{ id: 'n', settings: { targets: [{ provider: 'deepseek', model: 'x' }], fallbacks: ['em', 'm'] } }],
    })
    expect([providerFaults.size, modelFaults.size]).toEqual([0, 0])
    const added = config.providers.find(({ name }) => name === 'deepseek')
    expect(added).toMatchObject({
      baseUrl: 'https://api.deepseek.com/v1',
      vendor: 'deepseek',
      quirks: 'deepseek',
      source: 'database',
    })
    // Without a list it serves its vendor's models.
    expect(config.models.find(({ id }) => id === 'deepseek-chat')).toMatchObject({ source: 'found' })
    expect(config.models.find(({ id }) => id === 'n')).toMatchObject({ source: 'database', fallbacks: ['em', 'm'] })
    expect(config.models.find(({ id }) => id === 'm')?.targets).toHaveLength(1)
  })

  it('never touches what the file says, also when the file comes to say it later', () => {
    const { config, providerFaults, modelFaults } = overlay(fileOf(FILE), {
      ...NOTHING,
      providers: [provider('a'), provider('b', { models: ['m', 'other'] })],
      models: [{ id: 'm', settings: { targets: [{ provider: 'b' }] } }],
    })
    expect([...providerFaults.keys(), ...modelFaults.keys()]).toEqual(['a', 'm'])
    expect(config.models.map(({ id, targets }) => [id, targets.map(({ provider: name }) => name)])).toEqual([
      ['m', ['a']],
      ['other', ['b']],
    ])
  })

  it('leaves out what cannot be used, says why, and keeps the rest', () => {
    const { config, providerFaults, modelFaults } = overlay(fileOf(FILE), {
      ...NOTHING,
      providers: [provider('good'), provider('bad', { base_url: 'nowhere' }), { ...provider('sealed'), secrets: null }],
      models: [
        { id: 'of-bad', settings: { targets: [{ provider: 'bad' }] } },
        { id: 'of-that', settings: { targets: [{ provider: 'good' }], fallbacks: ['of-bad'] } },
        { id: 'of-good', settings: { targets: [{ provider: 'good' }] } },
        { id: 'odd', settings: { targets: 'none' } },
        { id: 'em-too', settings: { targets: [{ provider: 'good' }], aliases: ['em'] } },
      ],
    })
    expect(config.providers.map(({ name }) => name)).toEqual(['a', 'good'])
    expect(config.models.map(({ id }) => id)).toEqual(['m', 'of-good'])
    expect(providerFaults.get('bad')).toContain('base_url')
    expect(providerFaults.get('sealed')).toContain('another secret key')
    expect([...modelFaults.keys()].toSorted()).toEqual(['em-too', 'odd', 'of-bad', 'of-that'])
    expect(modelFaults.get('of-bad')).toContain('"bad"')
  })

  it('takes targets that somebody named as they are, and joins models that nobody has', () => {
    const { config } = overlay(fileOf(FILE), {
      ...NOTHING,
      providers: [provider('x', { models: ['shared', 'mine'] }), provider('y', { models: ['shared', 'mine'] })],
      models: [{ id: 'mine', settings: { targets: [{ provider: 'a' }] } }],
    })
    const targets = (id: string) => config.models.find((model) => model.id === id)?.targets.map((one) => one.provider)
    expect(targets('shared')).toEqual(['x', 'y'])
    expect(targets('mine')).toEqual(['a'])
  })

  it('sends the simulator home when there is somebody real, and keeps one that the file names', () => {
    const found = overlay(fileOf(null), { ...NOTHING, providers: [provider('real', { models: ['gpt-4o', 'house'] })] })
    expect(found.config.providers.map(({ name }) => name)).toEqual(['real'])
    expect(found.config.models.map(({ id }) => id).toSorted()).toEqual(['gpt-4o', 'house'])
    const named = fileOf('providers: [{ name: sim, type: simulator }]')
    const kept = overlay(named, { ...NOTHING, providers: [provider('real', { models: ['house'] })] })
    expect(kept.config.providers.map(({ name }) => name)).toEqual(['sim', 'real'])
  })

  it('drains and weighs, whatever a provider’s origin', () => {
    const { config } = overlay(fileOf(FILE), {
      ...NOTHING,
      switches: [
        switched({ weight: 0 }),
        switched({ fingerprint: secretFingerprint('sk-b'), drainedAtMs: 5 }),
        switched({ fingerprint: secretFingerprint('sk-gone'), drainedAtMs: 5 }),
        switched({ provider: 'gone', drainedAtMs: 5 }),
      ],
    })
    expect(config.providers).toMatchObject([{ name: 'a', weight: 0, drainedKeys: [secretFingerprint('sk-b')] }])
    expect(config.providers[0]).not.toHaveProperty('drained')
  })

  it('reads what a credential of each cloud is', () => {
    const pair = (id: string) => JSON.stringify({ accessKeyId: id, secretAccessKey: 'secret-of-it' })
    const bedrock = provider('aws', { type: 'bedrock', base_url: undefined, region: 'eu-west-1' }, [
      pair('AKIA1'),
      pair('AKIA2'),
    ])
    const { config, providerFaults } = overlay(fileOf(FILE), { ...NOTHING, providers: [bedrock] })
    expect([...providerFaults]).toEqual([])
    expect(config.providers[1]).toMatchObject({ region: 'eu-west-1', apiKeys: [pair('AKIA1'), pair('AKIA2')] })
    const vertex = provider('gcp', { type: 'vertex', base_url: undefined }, ['{"not": "an account"}'])
    expect(faultOf(fileOf(FILE), NOTHING, { provider: vertex })?.path).toBe('credentials')
  })
})
