import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { mustBeLoggedIn, shellRoute } from '../../app/root-routes.ts'

export const KEYS = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/keys',
    beforeLoad: mustBeLoggedIn,
    component: lazyRouteComponent(async () => await import('./keys-page.tsx'), 'KeysPage'),
  }),
] as const
