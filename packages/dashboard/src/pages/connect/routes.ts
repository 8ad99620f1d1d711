import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { type System, SYSTEMS } from 'fairlead/connect/tool.ts'
import { shellRoute } from '../../app/root-routes.ts'

export interface ConnectSearch {
  readonly os?: System
  readonly model?: string
  readonly variable?: string
}

export const connectToolRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/connect/$tool',
  validateSearch: (search: Record<string, unknown>): ConnectSearch => {
    const { model, variable } = search
    const os = SYSTEMS.find((one) => one === search['os'])
    return {
      ...(os === undefined ? {} : { os }),
      ...(typeof model === 'string' && model !== '' && model.length <= 200 ? { model } : {}),
      ...(typeof variable === 'string' && isVariable(variable) ? { variable } : {}),
    }
  },
  component: lazyRouteComponent(async () => await import('./connect-tool-page.tsx'), 'ConnectToolPage'),
})

export const CONNECT = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/connect',
    component: lazyRouteComponent(async () => await import('./connect-page.tsx'), 'ConnectPage'),
  }),
  connectToolRoute,
] as const

/** As every shell takes it. */
export function isVariable(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(name)
}
