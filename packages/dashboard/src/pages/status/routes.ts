import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shellRoute } from '../../app/root-routes.ts'

export const STATUS = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/status',
    component: lazyRouteComponent(async () => await import('./status-page.tsx'), 'StatusPage'),
  }),
] as const
