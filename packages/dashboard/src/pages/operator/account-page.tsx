import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import type { Reply } from '../../api/client.ts'
import { useAct, useApi } from '../../api/hooks.ts'
import { useFormatter } from '../../format/use-formatter.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Card, Details } from '../../ui/card.tsx'
import { Code, CopyButton } from '../../ui/copy.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { Page } from '../../ui/page.tsx'
import { Loaded } from '../../ui/states.tsx'
import { toast } from '../../ui/toast.tsx'
import { accountMessages } from './messages/accounts.ts'
import { AccountForm } from './parts/account-form.tsx'
import { AccountKeys } from './parts/account-keys.tsx'
import { AccountMembers } from './parts/account-members.tsx'
import { AccountWallet } from './parts/account-wallet.tsx'
import { LIMITS } from './parts/limit-fields.tsx'

type Account = Reply<'getAccount'>

export function AccountPage() {
  const { accountId } = useParams({ from: '/shell/operator/accounts/$accountId' })
  const account = useApi('getAccount', { params: { account_id: accountId } }, { account: null })
  return account.data === undefined ? (
    <Page title={accountId}>
      <Loaded query={account}>{() => null}</Loaded>
    </Page>
  ) : (
    <AccountView account={account.data} />
  )
}

function AccountView({ account }: { readonly account: Account }) {
  const t = useMessages(accountMessages)
  const format = useFormatter()
  const { id, name, status } = account
  const [asked, setAsked] = useState<'edit' | 'suspend' | null>(null)
  const invalidates = ['getAccount', 'listAccounts'] as const
  const suspend = useAct('suspendAccount', {
    account: null,
    invalidates,
    onDone: () => {
      toast(t('isSuspended', { name }))
      setAsked(null)
    },
  })
  const activate = useAct('activateAccount', {
    account: null,
    invalidates,
    onDone: () => toast(t('isActive', { name })),
  })
  const limits = LIMITS.flatMap(([field, label]) => {
    const value = account.limits[field]
    return value === undefined ? [] : [`${t(label)}: ${format.number(value)}`]
  })
  return (
    <Page
      title={name}
      actions={
        <>
          <Button onClick={() => setAsked('edit')}>{t('edit')}</Button>
          {status === 'active' ? (
            <Button onClick={() => setAsked('suspend')}>{t('suspend')}</Button>
          ) : (
            <Button
              tone="primary"
              busy={activate.isPending}
              onClick={() => activate.mutate({ params: { account_id: id } })}
            >
              {t('activate')}
            </Button>
          )}
        </>
      }
    >
      <div className="grid grid-cols-1 gap-5 lg:grid-cols-2">
        <Card title={t('settings')}>
          <Details
            items={[
              {
                label: t('status'),
                value: (
                  <Badge tone={status === 'active' ? 'good' : 'bad'} dot>
                    {t(status)}
                  </Badge>
                ),
              },
              {
                label: t('id'),
                value: (
                  <span className="inline-flex items-center gap-1">
                    <Code>{id}</Code>
                    <CopyButton small text={id} label={t('copyId', { name })} />
                  </span>
                ),
              },
              { label: t('kind'), value: t(account.kind) },
              { label: t('group'), value: account.group || t('noGroup') },
              { label: t('timeZone'), value: account.time_zone },
              { label: t('limits'), value: limits.length === 0 ? t('ofGroup') : format.list(limits) },
              { label: t('created'), value: account.created_at === 0 ? '–' : format.dateTime(account.created_at) },
            ]}
          />
        </Card>
        <AccountWallet accountId={id} name={name} />
      </div>
      <AccountMembers accountId={id} name={name} />
      <AccountKeys accountId={id} />
      {asked === 'edit' && <AccountForm account={account} onClose={() => setAsked(null)} />}
      <ConfirmDialog
        open={asked === 'suspend'}
        onClose={() => setAsked(null)}
        title={t('suspendTitle', { name })}
        confirm={t('suspend')}
        busy={suspend.isPending}
        error={suspend.error}
        onConfirm={() => suspend.mutate({ params: { account_id: id } })}
      >
        {t('suspendText')}
      </ConfirmDialog>
    </Page>
  )
}
