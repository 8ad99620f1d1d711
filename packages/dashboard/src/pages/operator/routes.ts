import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { mustBeOperator, shellRoute } from '../../app/root-routes.ts'

export const operatorModelsRoute = createRoute({
  getParentRoute: () => shellRoute,
  // With the slash it is the index of its path: else it would lose to `/operator/models/$` with nothing behind.
  path: '/operator/models/',
  beforeLoad: mustBeOperator,
  validateSearch: (search: Record<string, unknown>): { readonly tab?: 'pools' } =>
    search['tab'] === 'pools' ? { tab: 'pools' } : {},
  component: lazyRouteComponent(async () => await import('./models-page.tsx'), 'OperatorModelsPage'),
})

export const OPERATOR = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/operator',
    beforeLoad: mustBeOperator,
    component: lazyRouteComponent(async () => await import('./overview-page.tsx'), 'OverviewPage'),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/operator/providers',
    beforeLoad: mustBeOperator,
    component: lazyRouteComponent(async () => await import('./providers-page.tsx'), 'ProvidersPage'),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/operator/providers/$name',
    beforeLoad: mustBeOperator,
    component: lazyRouteComponent(async () => await import('./provider-page.tsx'), 'ProviderPage'),
  }),
  operatorModelsRoute,
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/operator/models/$',
    beforeLoad: mustBeOperator,
    component: lazyRouteComponent(async () => await import('./model-page.tsx'), 'OperatorModelPage'),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/operator/accounts',
    beforeLoad: mustBeOperator,
    component: lazyRouteComponent(async () => await import('./accounts-page.tsx'), 'AccountsPage'),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/operator/accounts/$accountId',
    beforeLoad: mustBeOperator,
    component: lazyRouteComponent(async () => await import('./account-page.tsx'), 'AccountPage'),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/operator/groups',
    beforeLoad: mustBeOperator,
    component: lazyRouteComponent(async () => await import('./groups-page.tsx'), 'GroupsPage'),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/operator/groups/$name',
    beforeLoad: mustBeOperator,
    component: lazyRouteComponent(async () => await import('./group-page.tsx'), 'GroupPage'),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/operator/people',
    beforeLoad: mustBeOperator,
    component: lazyRouteComponent(async () => await import('./people-page.tsx'), 'PeoplePage'),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/operator/pricing',
    beforeLoad: mustBeOperator,
    component: lazyRouteComponent(async () => await import('./pricing-page.tsx'), 'PricingPage'),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/operator/redeem-codes',
    beforeLoad: mustBeOperator,
    component: lazyRouteComponent(async () => await import('./redeem-codes-page.tsx'), 'RedeemCodesPage'),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/operator/audit',
    beforeLoad: mustBeOperator,
    component: lazyRouteComponent(async () => await import('./audit-page.tsx'), 'AuditPage'),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/operator/system',
    beforeLoad: mustBeOperator,
    component: lazyRouteComponent(async () => await import('./system-page.tsx'), 'SystemPage'),
  }),
] as const
