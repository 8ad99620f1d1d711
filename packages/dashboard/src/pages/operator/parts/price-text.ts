import type { Reply } from '../../../api/client.ts'

export type ModelRoute = Reply<'getModelRoute'>
export type Price = NonNullable<ModelRoute['price']>

/** Three tokens in for one out: what most calls look like. Null = not known. */
function blended(price: Price | null | undefined): number | null {
  if (price?.input === undefined || price.output === undefined) return null
  return 3 * Number(price.input) + Number(price.output)
}

/** Share of the sale that is left, at the dearest of the costs; null = one of the two is not known. */
export function marginOf(price: Price | null, costs: readonly (Price | null)[]): number | null {
  const sale = blended(price)
  const known = costs.map(blended).filter((cost) => cost !== null)
  if (sale === null || sale === 0 || known.length === 0) return null
  return (sale - Math.max(...known)) / sale
}
