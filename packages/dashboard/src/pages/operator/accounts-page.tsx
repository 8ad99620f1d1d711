import { Link } from '@tanstack/react-router'
import { Building2, Plus } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { Reply } from '../../api/client.ts'
import { useApi, usePages } from '../../api/hooks.ts'
import { useFormatter } from '../../format/use-formatter.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Page } from '../../ui/page.tsx'
import { SelectField } from '../../ui/select.tsx'
import { EmptyState, ErrorState } from '../../ui/states.tsx'
import { accountMessages } from './messages/accounts.ts'
import { AccountForm } from './parts/account-form.tsx'

type Account = Reply<'getAccount'>
type Status = 'all' | Account['status']

const ALL = ' '

export function AccountsPage() {
  const t = useMessages(accountMessages)
  const format = useFormatter()
  const [status, setStatus] = useState<Status>('all')
  const [group, setGroup] = useState(ALL)
  const [isAdding, setAdding] = useState(false)
  const groups = useApi('listGroups', {}, { account: null })
  const query = {
    limit: 100,
    ...(status === 'all' ? {} : { status }),
    ...(group === ALL ? {} : { group }),
  }
  const accounts = usePages('listAccounts', { query }, { account: null })
  const wallets = useApi('listWallets', { query: { limit: 1000 } }, { account: null })
  const balances = useMemo(() => new Map(wallets.data?.data.map((wallet) => [wallet.id, wallet])), [wallets.data])
  const columns = useMemo(
    (): Column<Account>[] => [
      {
        id: 'name',
        header: t('name'),
        onPhone: 'title',
        sortBy: ({ name }) => name,
        cell: ({ id, name }) => (
          <span className="flex flex-col">
            <Link
              to="/operator/accounts/$accountId"
              params={{ accountId: id }}
              className="link font-medium break-words"
            >
              {name}
            </Link>
            <span className="font-mono text-xs text-soft">{id}</span>
          </span>
        ),
      },
      { id: 'kind', header: t('kind'), onPhone: 'hidden', cell: ({ kind }) => t(kind) },
      { id: 'group', header: t('group'), sortBy: (one) => one.group, cell: (one) => one.group || t('noGroup') },
      {
        id: 'status',
        header: t('status'),
        sortBy: (one) => one.status,
        cell: (one) => (
          <Badge tone={one.status === 'active' ? 'good' : 'bad'} dot>
            {t(one.status)}
          </Badge>
        ),
      },
      {
        id: 'balance',
        header: t('balance'),
        align: 'end',
        sortBy: ({ id }) => Number(balances.get(id)?.balance ?? 0),
        cell: ({ id }) => {
          const wallet = balances.get(id)
          return wallet === undefined ? '–' : format.money(wallet.balance)
        },
      },
      {
        id: 'created',
        header: t('created'),
        align: 'end',
        sortBy: (one) => one.created_at,
        cell: (one) => (one.created_at === 0 ? '–' : format.date(one.created_at)),
      },
    ],
    [t, format, balances],
  )
  return (
    <Page
      title={t('title')}
      description={t('description')}
      width="wide"
      actions={
        <Button tone="primary" icon={<Plus aria-hidden className="size-4" />} onClick={() => setAdding(true)}>
          {t('add')}
        </Button>
      }
    >
      <div className="grid grid-cols-2 gap-3 sm:grid-cols-[12rem_12rem]">
        <SelectField<Status>
          label={t('status')}
          value={status}
          onChange={setStatus}
          options={[
            { value: 'all', label: t('allStates') },
            { value: 'active', label: t('active') },
            { value: 'suspended', label: t('suspended') },
          ]}
        />
        <SelectField
          label={t('group')}
          value={group}
          onChange={setGroup}
          options={[
            { value: ALL, label: t('allGroups') },
            ...(groups.data?.data ?? []).map(({ name }) => ({ value: name, label: name })),
          ]}
        />
      </div>
      <Card flush>
        {accounts.error !== null && accounts.entries.length === 0 ? (
          <ErrorState error={accounts.error} retry={accounts.retry} />
        ) : (
          <DataTable
            label={t('title')}
            columns={columns}
            rows={accounts.entries}
            rowKey={({ id }) => id}
            isPending={accounts.isPending}
            more={accounts}
            isFaint={(one) => one.status === 'suspended'}
            empty={<EmptyState icon={<Building2 />} title={t('empty')} />}
          />
        )}
      </Card>
      {isAdding && <AccountForm onClose={() => setAdding(false)} />}
    </Page>
  )
}
