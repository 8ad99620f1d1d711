// Targets that are meant for some requests only: those whose conditions hold are asked first, those whose do not are not
// asked at all. Whatever else the balancer does, it does within these.
import { isMeantFor, type RequestTraits } from '../core/target-condition.ts'
import type { Route } from './route.ts'

export function tiersFor({ tiers }: Route, traits: RequestTraits): Route['tiers'] {
  const meant = tiers.map((tier) => tier.filter(({ when }) => when !== null && isMeantFor(when, traits)))
  const open = tiers.map((tier) => tier.filter(({ when }) => when === null))
  return [...meant, ...open].filter((tier) => tier.length > 0)
}
