// The frames that every page stands in. Pages hang themselves under one of them in their own `routes.ts`.
import { createRootRouteWithContext, createRoute, redirect } from '@tanstack/react-router'
import type { QueryClient } from '@tanstack/react-query'
import { ArrivalFrame } from '../shell/arrival-frame.tsx'
import { NotFound, RouteError, RoutePending } from '../shell/route-states.tsx'
import { RootFrame } from '../shell/root-frame.tsx'
import { Shell } from '../shell/shell.tsx'
import { type Session, sessionQuery } from './session.ts'

interface RouterContext {
  readonly queryClient: QueryClient
}

export const rootRoute = createRootRouteWithContext<RouterContext>()({
  component: RootFrame,
  notFoundComponent: NotFound,
})

/** With the navigation: every page that is not about coming in. Open to everybody unless the page says otherwise. */
export const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'shell',
  component: Shell,
  errorComponent: RouteError,
  pendingComponent: RoutePending,
  loader: async ({ context }) => await context.queryClient.ensureQueryData(sessionQuery),
})

/** One thing in the middle of an empty page: log-in, links from mails. */
export const arrivalRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'arrival',
  component: ArrivalFrame,
  errorComponent: RouteError,
  pendingComponent: RoutePending,
})

interface BeforeLoad {
  readonly context: RouterContext
  readonly location: { readonly href: string }
}

/** For `beforeLoad`: leads who is not logged in to the log-in, and back afterwards. */
export async function mustBeLoggedIn({ context, location }: BeforeLoad): Promise<Session> {
  const session = await context.queryClient.ensureQueryData(sessionQuery)
  if (session === null) throw redirect({ to: '/log-in', search: { next: location.href } })
  return session
}

/** For `beforeLoad` of the operator's pages. */
export async function mustBeOperator(options: BeforeLoad): Promise<void> {
  if (!(await mustBeLoggedIn(options)).isOperator) throw redirect({ to: '/' })
}
