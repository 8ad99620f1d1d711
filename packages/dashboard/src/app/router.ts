import { createRouter } from '@tanstack/react-router'
import { NotFound, RouteError, RoutePending } from '../shell/route-states.tsx'
import { BASE_PATH } from './base.ts'
import { queryClient } from './query-client.ts'
import { arrivalRoute, rootRoute, shellRoute } from './root-routes.ts'
import { ARRIVAL_ROUTES, SHELL_ROUTES } from './routes.ts'

const routeTree = rootRoute.addChildren([
  shellRoute.addChildren([...SHELL_ROUTES]),
  arrivalRoute.addChildren([...ARRIVAL_ROUTES]),
])

export const router = createRouter({
  routeTree,
  basepath: BASE_PATH === '' ? '/' : BASE_PATH,
  context: { queryClient },
  defaultPreload: 'intent',
  // What a page shows comes through queries, which know how old it is.
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
  defaultErrorComponent: RouteError,
  defaultPendingComponent: RoutePending,
  defaultNotFoundComponent: NotFound,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
