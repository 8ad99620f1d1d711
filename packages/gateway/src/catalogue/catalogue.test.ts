import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { catalogueModels } from '../../scripts/catalogue-models.ts'
import { dollarsFromPrice, type PriceText } from '../billing/prices/price-dollars.ts'
import type { Price } from '../billing/prices/price.ts'
import { catalogue, SEED_MODEL_IDS } from './catalogue.ts'
import data from './models.json' with { type: 'json' }

function priceOf(id: string): PriceText | undefined {
  const price = catalogue.find(id)?.price
  return price && dollarsFromPrice(price)
}

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
    const amounts = (value: object): unknown[] =>
      Object.values(value).flatMap((inner: unknown) =>
        typeof inner === 'object' && inner !== null ? amounts(inner) : [inner],
      )
    const exact = (price: Price): boolean =>
      amounts(price).every((amount) => Number.isSafeInteger(amount) && Number(amount) >= 0)
    const faulty = catalogue.all().filter(({ price, capabilities }) => {
      const cheaper = !price || price.cachedInputNanosPerMillion <= price.inputNanosPerMillion
      return capabilities.length === 0 || !cheaper || !(price === undefined || exact(price))
    })
    expect(faulty).toEqual([])
    expect(priceOf('gpt-4o-mini')).toEqual({
      input: '0.15',
      cached_input: '0.075',
      output: '0.6',
      per_web_search: '0.01',
      service_tiers: { priority: '1.666667' },
    })
  })

  it('prices whatever a vendor prices apart: cache writes, lengths, sound, pictures, searches, service tiers', () => {
    expect(priceOf('claude-sonnet-4-5')).toEqual({
      input: '3',
      cached_input: '0.3',
      cache_write_5m: '3.75',
      cache_write_1h: '6',
      output: '15',
      per_web_search: '0.01',
      tiers: [
        {
          above_input_tokens: 200_000,
          input: '6',
          cached_input: '0.6',
          cache_write_5m: '7.5',
          cache_write_1h: '12',
          output: '22.5',
        },
      ],
    })
    expect(priceOf('gemini-2.5-pro')?.['tiers']).toEqual([
      { above_input_tokens: 200_000, input: '2.5', cached_input: '0.25', output: '15' },
    ])
    expect(priceOf('gemini-2.5-flash')).toMatchObject({ input: '0.3', audio_input: '1' })
    expect(priceOf('gemini-2.5-flash-image')).toMatchObject({ output: '2.5', image_output: '30' })
    expect(priceOf('gpt-image-1')).toMatchObject({ input: '5', image_input: '10', output: '40' })
    expect(priceOf('qwen-plus')).toMatchObject({ output: '1.2', reasoning: '4' })
    expect(priceOf('gpt-5.4')).toMatchObject({ service_tiers: { flex: '0.5', priority: '2' } })
  })

  // The snapshot lives outside this repository; a clone without it has the committed list.
  const snapshot = resolve(import.meta.dirname, '../../../../../shared/data/models/models-dev.json.gz')
  it.skipIf(!existsSync(snapshot))('is what its script makes of the snapshot', () => {
    const models = catalogueModels(JSON.parse(gunzipSync(readFileSync(snapshot)).toString('utf8')))
    expect(JSON.parse(JSON.stringify(models))).toEqual(data.models)
  })
})
