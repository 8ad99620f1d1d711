import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { mustBeLoggedIn, shellRoute } from '../../app/root-routes.ts'
import { readRequestsSearch } from './request-filters.ts'

export const requestsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/requests',
  beforeLoad: mustBeLoggedIn,
  validateSearch: readRequestsSearch,
  component: lazyRouteComponent(async () => await import('./requests-page.tsx'), 'RequestsPage'),
})

export const requestRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/requests/$requestId',
  beforeLoad: mustBeLoggedIn,
  component: lazyRouteComponent(async () => await import('./request-page.tsx'), 'RequestPage'),
})

export const REQUESTS = [requestsRoute, requestRoute] as const
