import { Users } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { useAct, useApi } from '../../api/hooks.ts'
import { sessionChanged } from '../../app/session.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { useRoleNames } from '../../shell/role-names.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { TextField } from '../../ui/field.tsx'
import { Page } from '../../ui/page.tsx'
import { EmptyState } from '../../ui/states.tsx'
import { homeMessages } from './messages.ts'

/** Somebody who is in, and belongs nowhere: what they can do about it. */
export function NoAccount() {
  const t = useMessages(homeMessages)
  const signUp = useApi('getLogInMethods', {}).data?.sign_up
  return (
    <Page title={t('title')} width="narrow">
      <Card>
        <EmptyState icon={<Users />} title={t('noAccountTitle')}>
          {t('noAccountText')}
        </EmptyState>
      </Card>
      <OwnInvitations />
      {signUp === 'open' && <OwnAccountForm />}
    </Page>
  )
}

function OwnInvitations() {
  const t = useMessages(homeMessages)
  const roles = useRoleNames()
  const invitations = useApi('listOwnInvitations', {}, { account: null }).data?.data ?? []
  const accept = useAct('acceptOwnInvitation', { account: null, onDone: () => void sessionChanged() })
  if (invitations.length === 0) return null
  return (
    <Card title={t('invitations')}>
      <ErrorNotice error={accept.error} />
      <ul className="m-0 flex list-none flex-col gap-2 p-0">
        {invitations.map(({ id, account_name: account, role }) => (
          <li key={id} className="flex flex-wrap items-center justify-between gap-2">
            <span>{t('invitation', { account, role: roles[role] })}</span>
            <Button
              tone="primary"
              busy={accept.isPending}
              onClick={() => accept.mutate({ params: { invitation_id: id } })}
            >
              {t('accept')}
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  )
}

function OwnAccountForm() {
  const t = useMessages(homeMessages)
  const [name, setName] = useState('')
  const [checked, setChecked] = useState(false)
  const create = useAct('createOwnAccount', { account: null, onDone: () => void sessionChanged() })
  const send = (event: FormEvent): void => {
    event.preventDefault()
    setChecked(true)
    if (name.trim() !== '') create.mutate({ body: { name: name.trim() } })
  }
  return (
    <Card title={t('ownAccountTitle')}>
      <form noValidate onSubmit={send} className="flex flex-col items-start gap-3">
        <ErrorNotice error={create.error} />
        <TextField
          className="w-full max-w-sm"
          label={t('ownAccountName')}
          maxLength={200}
          value={name}
          onChange={setName}
          error={checked && name.trim() === '' ? t('ownAccountNeeded') : undefined}
        />
        <Button type="submit" tone="primary" busy={create.isPending}>
          {t('ownAccountGo')}
        </Button>
      </form>
    </Card>
  )
}
