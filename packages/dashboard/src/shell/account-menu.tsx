import type { ReactElement } from 'react'
import { chooseAccount } from '../app/session.ts'
import { useMessages } from '../i18n/use-messages.ts'
import { Menu, MenuChoice } from '../ui/menu.tsx'
import { shellMessages } from './messages/shell.ts'

interface OpenAccountMenuProps {
  readonly face: ReactElement
  readonly accountId: string
  readonly options: readonly { readonly value: string; readonly label: string }[]
}

export function OpenAccountMenu({ face, accountId, options }: OpenAccountMenuProps) {
  const t = useMessages(shellMessages)
  return (
    <Menu align="start" defaultOpen trigger={face}>
      <MenuChoice label={t('yourAccounts')} value={accountId} onChange={chooseAccount} options={options} />
    </Menu>
  )
}
