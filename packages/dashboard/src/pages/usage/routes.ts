import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { mustBeLoggedIn, shellRoute } from '../../app/root-routes.ts'
import { GROUPINGS, type Grouping, MEASURES, type Measure } from './usage-search.ts'
import { PERIODS, type Period } from './period.ts'

export interface UsageSearch {
  readonly period?: Period
  readonly by?: Grouping
  readonly show?: Measure
  readonly compare?: boolean
  readonly model?: string
  readonly key?: string
}

export const usageRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/usage',
  beforeLoad: mustBeLoggedIn,
  validateSearch: (search: Record<string, unknown>): UsageSearch => ({
    ...one('period', PERIODS, search),
    ...one('by', GROUPINGS, search),
    ...one('show', MEASURES, search),
    ...(search['compare'] === true ? { compare: true } : {}),
    ...text('model', search),
    ...text('key', search),
  }),
  component: lazyRouteComponent(async () => await import('./usage-page.tsx'), 'UsagePage'),
})

export const USAGE = [usageRoute] as const

function one<Name extends string, Value extends string>(
  name: Name,
  values: readonly Value[],
  search: Readonly<Record<string, unknown>>,
): { readonly [Key in Name]?: Value } {
  const value = values.find((known) => known === search[name])
  return (value === undefined ? {} : { [name]: value }) as { readonly [Key in Name]?: Value }
}

function text<Name extends string>(
  name: Name,
  search: Readonly<Record<string, unknown>>,
): { readonly [Key in Name]?: string } {
  const value = search[name]
  return (typeof value === 'string' && value !== '' ? { [name]: value } : {}) as { readonly [Key in Name]?: string }
}
