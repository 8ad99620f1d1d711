import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shellRoute } from '../../app/root-routes.ts'
import { readModelSearch } from './model-filters.ts'

export const modelsRoute = createRoute({
  getParentRoute: () => shellRoute,
  // With the slash it is the index of its path: else it would lose to `/catalogue/$` with nothing behind.
  path: '/catalogue/',
  validateSearch: readModelSearch,
  component: lazyRouteComponent(async () => await import('./models-page.tsx'), 'ModelsPage'),
})

export const modelRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/catalogue/$',
  component: lazyRouteComponent(async () => await import('./model-page.tsx'), 'ModelPage'),
})

export const MODELS = [modelsRoute, modelRoute] as const
