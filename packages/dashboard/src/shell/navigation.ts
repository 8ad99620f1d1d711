// What the navigation and the command palette lead to, and for whom.
import {
  Activity,
  BookOpen,
  Boxes,
  Building2,
  ChartColumn,
  CircleDollarSign,
  House,
  KeyRound,
  LayoutDashboard,
  ListTree,
  type LucideIcon,
  MessagesSquare,
  Plug,
  Route,
  ScrollText,
  Server,
  Settings,
  SlidersHorizontal,
  Ticket,
  Users,
  UsersRound,
  Wallet,
} from 'lucide-react'
import { hasRole, type Session } from '../app/session.ts'
import type { PlainKey } from '../i18n/catalogue.ts'
import type { shellMessages } from './messages/shell.ts'

export interface NavItem {
  readonly to:
    | '/'
    | '/keys'
    | '/wallet'
    | '/usage'
    | '/requests'
    | '/catalogue'
    | '/playground'
    | '/docs'
    | '/connect'
    | '/status'
    | '/settings'
    | '/operator'
    | '/operator/providers'
    | '/operator/models'
    | '/operator/accounts'
    | '/operator/groups'
    | '/operator/people'
    | '/operator/pricing'
    | '/operator/redeem-codes'
    | '/operator/audit'
    | '/operator/system'
  readonly label: PlainKey<typeof shellMessages>
  readonly icon: LucideIcon
  /** Only this very path counts as being there. */
  readonly exact?: boolean
}

export interface NavGroup {
  readonly label: PlainKey<typeof shellMessages> | null
  readonly items: readonly NavItem[]
}

const EVERYBODY: readonly NavItem[] = [
  { to: '/catalogue', label: 'models', icon: Boxes },
  { to: '/docs', label: 'docs', icon: BookOpen },
  { to: '/connect', label: 'connect', icon: Plug },
  { to: '/status', label: 'status', icon: Activity },
]

const OPERATORS: readonly NavItem[] = [
  { to: '/operator', label: 'operatorHome', icon: LayoutDashboard, exact: true },
  { to: '/operator/providers', label: 'operatorProviders', icon: Server },
  { to: '/operator/models', label: 'operatorModels', icon: Route },
  { to: '/operator/accounts', label: 'operatorAccounts', icon: Building2 },
  { to: '/operator/groups', label: 'operatorGroups', icon: UsersRound },
  { to: '/operator/people', label: 'operatorPeople', icon: Users },
  { to: '/operator/pricing', label: 'operatorPricing', icon: CircleDollarSign },
  { to: '/operator/redeem-codes', label: 'operatorRedeemCodes', icon: Ticket },
  { to: '/operator/audit', label: 'operatorAudit', icon: ScrollText },
  { to: '/operator/system', label: 'operatorSystem', icon: SlidersHorizontal },
]

export function navigationFor(session: Session | null): readonly NavGroup[] {
  if (session === null)
    return [{ label: null, items: [{ to: '/', label: 'welcome', icon: House, exact: true }, ...EVERYBODY] }]
  const settings: NavItem = { to: '/settings', label: 'settings', icon: Settings }
  if (session.mustAddFactor) return [{ label: null, items: [settings] }]
  const seesKeys = hasRole(session, 'developer')
  const own: readonly NavItem[] = [
    { to: '/', label: 'home', icon: House, exact: true },
    ...(seesKeys ? [{ to: '/keys', label: 'keys', icon: KeyRound } as const] : []),
    ...(session.accountId === null
      ? []
      : ([
          { to: '/wallet', label: 'wallet', icon: Wallet },
          { to: '/usage', label: 'usage', icon: ChartColumn },
          { to: '/requests', label: 'requests', icon: ListTree },
          { to: '/playground', label: 'playground', icon: MessagesSquare },
        ] as const)),
  ]
  return [
    { label: null, items: own },
    { label: null, items: [...EVERYBODY, settings] },
    ...(session.isOperator ? [{ label: 'operatorGroup', items: OPERATORS } as const] : []),
  ]
}
