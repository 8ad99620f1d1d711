import type { CatalogueModel } from '../../api/generated/operations.ts'

export const CONTEXTS = ['32000', '128000', '200000', '1000000'] as const
export const PRICES = ['0.2', '1', '3', '10'] as const

export interface ModelSearch {
  readonly q?: string
  readonly vendor?: string
  readonly can?: string
  /** Tokens at least. */
  readonly context?: string
  /** US$ per million tokens of input, at most. */
  readonly price?: string
}

/** From an address, or from controls, where '' is nothing. */
export function readModelSearch(search: Readonly<Record<string, unknown>>): ModelSearch {
  return Object.fromEntries(
    (['q', 'vendor', 'can', 'context', 'price'] as const).flatMap((name) => {
      // The router reads figures as numbers.
      const value = typeof search[name] === 'number' ? String(search[name]) : search[name]
      return typeof value === 'string' && value !== '' ? [[name, value] as const] : []
    }),
  )
}

export function matchingModels(models: readonly CatalogueModel[], search: ModelSearch): readonly CatalogueModel[] {
  const words = (search.q ?? '').toLowerCase().split(/\s+/).filter(Boolean)
  return models.filter((model) => {
    const { vendor, capabilities, context_length: context, price } = model
    const text = [model.id, model.name, vendor, model.description, ...model.aliases].join(' ').toLowerCase()
    return (
      words.every((word) => text.includes(word)) &&
      (search.vendor === undefined || vendor === search.vendor) &&
      (search.can === undefined || capabilities.includes(search.can)) &&
      (search.context === undefined || (context ?? 0) >= Number(search.context)) &&
      (search.price === undefined || (price?.input !== undefined && Number(price.input) <= Number(search.price)))
    )
  })
}
