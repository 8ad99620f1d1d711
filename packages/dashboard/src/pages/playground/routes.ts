import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { mustBeLoggedIn, shellRoute } from '../../app/root-routes.ts'

export const MOST_MODELS = 4

export interface PlaygroundSearch {
  /** Side by side. */
  readonly models?: readonly string[]
}

export const playgroundRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/playground',
  beforeLoad: mustBeLoggedIn,
  validateSearch: (search: Record<string, unknown>): PlaygroundSearch => {
    const wanted: readonly unknown[] = Array.isArray(search['models']) ? search['models'] : [search['model']]
    const models = wanted.filter((id): id is string => typeof id === 'string' && id !== '' && id.length <= 200)
    return models.length === 0 ? {} : { models: [...new Set(models)].slice(0, MOST_MODELS) }
  },
  component: lazyRouteComponent(async () => await import('./playground-page.tsx'), 'PlaygroundPage'),
})

export const PLAYGROUND = [playgroundRoute] as const
