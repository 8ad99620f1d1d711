import type { Price } from '../billing/prices/price.ts'
import type { Principal } from '../identity/principal.ts'
import type { Route } from '../routing/route.ts'

/** What this caller pays for the model, before the group's multiplier: its group's own price, or the model's; null = nobody has said. */
export function salePrice({ pricing }: Principal, route: Route): Price | null {
  const { prices } = pricing
  for (const name of route.priceNames) if (Object.hasOwn(prices, name)) return prices[name] ?? null
  return route.price
}
