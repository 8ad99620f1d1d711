import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { catalogueModels } from '../../scripts/catalogue-models.ts'
import type { Price } from '../config/config.ts'
import { catalogue, SEED_MODEL_IDS } from './catalogue.ts'
import data from './models.json' with { type: 'json' }

describe('the catalogue', () => {
  it('lists every id of the seeds, with vendor, date and a sentence', () => {
    for (const id of SEED_MODEL_IDS) {
      const model = catalogue.find(id)
      expect(model?.id).toBe(id)
      expect(model?.description.length).toBeGreaterThan(10)
      expect(model?.createdAtSeconds).toBeGreaterThan(1_600_000_000)
    }
  })

  it('has the context windows of the model table', () => {
    const windows: Readonly<Record<string, number>> = {
      'gpt-4o': 128_000,
      'gpt-4o-mini': 128_000,
      'claude-3-5-sonnet-20241022': 200_000,
      'claude-3-5-haiku-20241022': 200_000,
      'gemini-1.5-pro': 1_048_576,
      'gemini-1.5-flash': 1_048_576,
      'gemini-2.0-flash': 1_048_576,
      'deepseek-chat': 65_536,
      'deepseek-reasoner': 65_536,
      'moonshot-v1-128k': 131_072,
      'kimi-k2.5': 262_144,
    }
    const found = Object.keys(windows).map((id) => [id, catalogue.find(id)?.contextLength])
    expect(Object.fromEntries(found)).toEqual(windows)
  })

  it('finds a model by its other spellings, the exact id first', () => {
    expect(catalogue.find('claude-3-5-sonnet')?.id).toBe('claude-3-5-sonnet-20241022')
    expect(catalogue.find('claude-3.5-sonnet')?.id).toBe('claude-3-5-sonnet-20241022')
    expect(catalogue.find('claude-3-opus')).toMatchObject({ id: 'claude-3-opus', vendorId: 'claude-3-opus-20240229' })
    expect(catalogue.find('claude-sonnet-4.5')).toMatchObject({
      id: 'claude-sonnet-4.5',
      vendorId: 'claude-sonnet-4-5',
    })
    expect(catalogue.spellings('claude-sonnet-4-5')).toContain('claude-sonnet-4.5')
    expect(catalogue.find('gpt-4o-2024-08-06')?.id).toBe('gpt-4o-2024-08-06')
    expect(catalogue.find('no-such-model')).toBeUndefined()
    expect(catalogue.spellings('no-such-model')).toEqual([])
  })

  it('gives each name to one model only, and each model exact prices', () => {
    const names = catalogue.all().flatMap((model) => [model.id, ...model.aliases])
    expect(new Set(names).size).toBe(names.length)
    const exact = (price: Price): boolean =>
      Object.values(price).every((nanos) => Number.isSafeInteger(nanos) && nanos >= 0)
    const faulty = catalogue.all().filter(({ price, capabilities }) => {
      const cheaper = !price || price.cachedInputNanosPerMillion <= price.inputNanosPerMillion
      return capabilities.length === 0 || !cheaper || !(price === undefined || exact(price))
    })
    expect(faulty).toEqual([])
    expect(catalogue.find('gpt-4o-mini')?.price).toEqual({
      inputNanosPerMillion: 150_000_000,
      cachedInputNanosPerMillion: 75_000_000,
      outputNanosPerMillion: 600_000_000,
    })
  })

  // The snapshot lives outside this repository; a clone without it has the committed list.
  const snapshot = resolve(import.meta.dirname, '../../../../../shared/data/models/models-dev.json.gz')
  it.skipIf(!existsSync(snapshot))('is what its script makes of the snapshot', () => {
    const models = catalogueModels(JSON.parse(gunzipSync(readFileSync(snapshot)).toString('utf8')))
    expect(JSON.parse(JSON.stringify(models))).toEqual(data.models)
  })
})
