import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { arrivalRoute } from '../../app/root-routes.ts'

const linkPage = lazyRouteComponent(async () => await import('./link-page.tsx'), 'LinkPage')

interface LogInSearch {
  /** Where to go afterwards: a path of ours. */
  readonly next?: string
  /** Code of the error with which the log-in at an issuer ended, and what it was about. */
  readonly failed?: string
  readonly why?: string
  /** Name of that issuer. */
  readonly issuer?: string
}

export const ARRIVALS = [
  createRoute({
    getParentRoute: () => arrivalRoute,
    path: '/log-in',
    validateSearch: (search: Record<string, unknown>): LogInSearch => {
      const { next } = search
      return {
        ...(typeof next === 'string' && /^\/(?![/\\])/.test(next) ? { next } : {}),
        ...wordIn('failed', search),
        ...wordIn('why', search),
        ...wordIn('issuer', search),
      }
    },
    component: lazyRouteComponent(async () => await import('./log-in-page.tsx'), 'LogInPage'),
  }),
  createRoute({
    getParentRoute: () => arrivalRoute,
    path: '/forgot',
    component: lazyRouteComponent(async () => await import('./forgot-page.tsx'), 'ForgotPage'),
  }),
  createRoute({
    getParentRoute: () => arrivalRoute,
    path: '/sign-up',
    component: lazyRouteComponent(async () => await import('./sign-up-page.tsx'), 'SignUpPage'),
  }),
  createRoute({ getParentRoute: () => arrivalRoute, path: '/set-up', component: linkPage }),
  createRoute({ getParentRoute: () => arrivalRoute, path: '/reset', component: linkPage }),
  createRoute({ getParentRoute: () => arrivalRoute, path: '/confirm', component: linkPage }),
  createRoute({ getParentRoute: () => arrivalRoute, path: '/invitation', component: linkPage }),
] as const

/** Codes and names, never sentences: a link must not put words into our mouth. */
function wordIn(name: 'failed' | 'why' | 'issuer', search: Readonly<Record<string, unknown>>): LogInSearch {
  const value = search[name]
  return typeof value === 'string' && /^[\w.-]{1,64}$/.test(value) ? { [name]: value } : {}
}
