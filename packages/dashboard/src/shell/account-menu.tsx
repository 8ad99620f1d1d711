import { ChevronsUpDown } from 'lucide-react'
import { chooseAccount, type Session } from '../app/session.ts'
import { useMessages } from '../i18n/use-messages.ts'
import { Menu, MenuChoice } from '../ui/menu.tsx'
import { shellMessages } from './messages/shell.ts'
import { useRoleNames } from './role-names.ts'

/** In which account one acts; a choice only where there are several. */
export function AccountMenu({ session }: { readonly session: Session }) {
  const t = useMessages(shellMessages)
  const roles = useRoleNames()
  const { accountId, accountName, role, memberships } = session
  if (accountId === null || role === null) return null
  const isMember = memberships.some(({ account }) => account.id === accountId)
  const options = [
    ...(isMember ? [] : [{ value: accountId, label: accountName }]),
    ...memberships.map(({ account }) => ({ value: account.id, label: account.name })),
  ]
  const face = (
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
  if (options.length < 2) return <div className="mx-3 mt-3 mb-2 flex items-center gap-2.5 lg:mt-1">{face}</div>
  return (
    <div className="px-3 pt-3 pb-2 lg:pt-1">
      <Menu
        align="start"
        trigger={
          <button
            type="button"
            className="-mx-1 flex w-[calc(100%+0.5rem)] items-center gap-2.5 rounded-md px-1 py-1 text-left hover:bg-hover"
          >
            <span className="sr-only">{t('account')}: </span>
            {face}
            <ChevronsUpDown aria-hidden className="size-3.5 shrink-0 text-soft" />
          </button>
        }
      >
        <MenuChoice label={t('yourAccounts')} value={accountId} onChange={chooseAccount} options={options} />
      </Menu>
    </div>
  )
}
