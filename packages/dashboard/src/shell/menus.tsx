// What stands in the navigation of who is logged in and who is not; what opens when it is pressed is fetched then.
import { ChevronsUpDown, Languages } from 'lucide-react'
import { lazy, Suspense } from 'react'
import type { Session } from '../app/session.ts'
import { useMessages } from '../i18n/use-messages.ts'
import { IconButton } from '../ui/button.tsx'
import { shellMessages } from './messages/shell.ts'
import { OnDemand } from './on-demand.tsx'
import { useRoleNames } from './role-names.ts'

const loadAccountMenu = async () => ({ default: (await import('./account-menu.tsx')).OpenAccountMenu })
const loadPersonMenu = async () => ({ default: (await import('./person-menu.tsx')).OpenPersonMenu })
const loadPreferenceMenu = async () => ({ default: (await import('./preference-menu.tsx')).OpenPreferenceMenu })
const LazyAccountMenu = lazy(loadAccountMenu)
const LazyPersonMenu = lazy(loadPersonMenu)
const LazyPreferenceMenu = lazy(loadPreferenceMenu)
const LazyPalette = lazy(async () => ({ default: (await import('./command-palette.tsx')).CommandPalette }))

interface OfSession {
  readonly session: Session
}

/** In which account one acts; a choice only where there are several. */
export function AccountMenu({ session }: OfSession) {
  const t = useMessages(shellMessages)
  const roles = useRoleNames()
  const { accountId, accountName, role, memberships } = session
  if (accountId === null || role === null) return null
  const isMember = memberships.some(({ account }) => account.id === accountId)
  const options = [
    ...(isMember ? [] : [{ value: accountId, label: accountName }]),
    ...memberships.map(({ account }) => ({ value: account.id, label: account.name })),
  ]
  const shown = (
    <>
      <span
        aria-hidden
        className="flex size-7 shrink-0 items-center justify-center rounded-md bg-accent-soft text-sm font-semibold text-accent"
      >
        {[...accountName][0]?.toUpperCase()}
      </span>
      <span className="min-w-0 flex-1">
        <span className="block truncate text-base leading-tight font-medium">{accountName}</span>
        <span className="block truncate text-xs text-soft">{isMember ? roles[role] : t('operator')}</span>
      </span>
    </>
  )
  if (options.length < 2) return <div className="mx-3 mt-3 mb-2 flex items-center gap-2.5 lg:mt-1">{shown}</div>
  const face = (
    <button
      type="button"
      className="-mx-1 flex w-[calc(100%+0.5rem)] items-center gap-2.5 rounded-md px-1 py-1 text-left hover:bg-hover"
    >
      <span className="sr-only">{t('account')}: </span>
      {shown}
      <ChevronsUpDown aria-hidden className="size-3.5 shrink-0 text-soft" />
    </button>
  )
  return (
    <div className="px-3 pt-3 pb-2 lg:pt-1">
      <OnDemand face={face} preload={loadAccountMenu}>
        <LazyAccountMenu face={face} accountId={accountId} options={options} />
      </OnDemand>
    </div>
  )
}

export function PersonMenu({ session: { person } }: OfSession) {
  const t = useMessages(shellMessages)
  const shown = person.name || person.email
  const face = (
    <button type="button" className="flex w-full items-center gap-2.5 rounded-md px-2 py-1.5 text-left hover:bg-hover">
      <span
        aria-hidden
        className="flex size-7 shrink-0 items-center justify-center rounded-full bg-sunken text-sm font-semibold text-soft"
      >
        {[...shown][0]?.toUpperCase()}
      </span>
      <span className="min-w-0">
        <span className="sr-only">{t('you')}: </span>
        <span className="block truncate text-base leading-tight">{shown}</span>
        {person.name !== '' && <span className="block truncate text-xs text-soft">{person.email}</span>}
      </span>
    </button>
  )
  return (
    <OnDemand face={face} preload={loadPersonMenu}>
      <LazyPersonMenu face={face} />
    </OnDemand>
  )
}

/** Language and appearance, for who is not logged in; parts of it stand in the menu of who is. */
export function PreferenceMenu() {
  const t = useMessages(shellMessages)
  const face = (
    <IconButton label={`${t('language')}, ${t('theme')}`}>
      <Languages aria-hidden className="size-4" />
    </IconButton>
  )
  return (
    <OnDemand face={face} preload={loadPreferenceMenu}>
      <LazyPreferenceMenu face={face} />
    </OnDemand>
  )
}

export function CommandPalette({ onClose }: { readonly onClose: () => void }) {
  return (
    <Suspense fallback={null}>
      <LazyPalette onClose={onClose} />
    </Suspense>
  )
}
