import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shellRoute } from '../../app/root-routes.ts'
import { readModelSearch } from './model-filters.ts'

const modelsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/catalogue',
  validateSearch: readModelSearch,
  component: lazyRouteComponent(async () => await import('./models-page.tsx'), 'ModelsPage'),
})

export const modelRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/catalogue/$',
  // The router takes the list's own address for this one with nothing behind it.
  validateSearch: readModelSearch,
  component: lazyRouteComponent(async () => await import('./model-page.tsx'), 'ModelPage'),
})

export const MODELS = [modelsRoute, modelRoute] as const
