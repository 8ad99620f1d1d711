import { createRoute, lazyRouteComponent, notFound, redirect } from '@tanstack/react-router'
import { mustBeLoggedIn, shellRoute } from '../../app/root-routes.ts'
import { isSection } from './sections.ts'

export const SETTINGS = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/settings',
    beforeLoad: async (options) => {
      const { mustAddFactor } = await mustBeLoggedIn(options)
      const section = mustAddFactor ? 'security' : 'profile'
      throw redirect({ to: '/settings/$section', params: { section }, replace: true })
    },
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/settings/$section',
    beforeLoad: async (options) => {
      await mustBeLoggedIn(options)
      if (!isSection(options.params.section)) throw notFound()
    },
    component: lazyRouteComponent(async () => await import('./settings-page.tsx'), 'SettingsPage'),
  }),
] as const
