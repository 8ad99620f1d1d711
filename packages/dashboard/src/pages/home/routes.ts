import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shellRoute } from '../../app/root-routes.ts'

export const HOME = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/',
    component: lazyRouteComponent(async () => await import('./home-page.tsx'), 'HomePage'),
  }),
] as const
