import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { mustBeLoggedIn, shellRoute } from '../../app/root-routes.ts'

export const WALLET = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/wallet',
    beforeLoad: mustBeLoggedIn,
    component: lazyRouteComponent(async () => await import('./wallet-page.tsx'), 'WalletPage'),
  }),
] as const
