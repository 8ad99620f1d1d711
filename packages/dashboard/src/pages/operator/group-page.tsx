import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import type { Reply } from '../../api/client.ts'
import { useAct, useApi } from '../../api/hooks.ts'
import { useFormatter } from '../../format/use-formatter.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Button } from '../../ui/button.tsx'
import { Card, Details } from '../../ui/card.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { Notice } from '../../ui/notice.tsx'
import { Page } from '../../ui/page.tsx'
import { EmptyState, Loaded } from '../../ui/states.tsx'
import { toast } from '../../ui/toast.tsx'
import { groupMessages } from './messages/groups.ts'
import { GroupForm } from './parts/group-form.tsx'
import { useLimitsText } from './parts/limits-text.ts'
import { PriceCell } from './parts/price-cell.tsx'
import type { Price } from './parts/price-text.ts'

type Group = Reply<'getGroup'>
type Account = Reply<'getAccount'>
interface OwnPrice {
  readonly model: string
  readonly price: Price
}

export function GroupPage() {
  const { name } = useParams({ from: '/shell/operator/groups/$name' })
  const group = useApi('getGroup', { params: { name } }, { account: null })
  return group.data === undefined ? (
    <Page title={name}>
      <Loaded query={group}>{() => null}</Loaded>
    </Page>
  ) : (
    <GroupView group={group.data} />
  )
}

function GroupView({ group }: { readonly group: Group }) {
  const t = useMessages(groupMessages)
  const format = useFormatter()
  const limitsText = useLimitsText()
  const navigate = useNavigate()
  const { name, source, responses } = group
  const [asked, setAsked] = useState<'edit' | 'delete' | null>(null)
  const remove = useAct('deleteGroup', {
    account: null,
    onDone: () => {
      toast(t('deleted', { name }))
      void navigate({ to: '/operator/groups' })
    },
  })
  const accounts = useApi('listAccounts', { query: { group: name, limit: 50 } }, { account: null })
  const priceColumns = useMemo(
    (): Column<OwnPrice>[] => [
      { id: 'model', header: t('model'), onPhone: 'title', cell: ({ model }) => model },
      { id: 'price', header: t('price'), align: 'end', cell: ({ price }) => <PriceCell price={price} /> },
    ],
    [t],
  )
  const accountColumns = useMemo(
    (): Column<Account>[] => [
      {
        id: 'name',
        header: t('name'),
        onPhone: 'title',
        cell: ({ id, name: own }) => (
          <Link to="/operator/accounts/$accountId" params={{ accountId: id }} className="link break-words">
            {own}
          </Link>
        ),
      },
      { id: 'created', header: t('created'), align: 'end', cell: (account) => format.date(account.created_at) },
    ],
    [t, format],
  )
  const kept = {
    off: t('responsesOff'),
    ttl: t('responsesTtl', { days: format.number(responses.ttl_days) }),
    keep: t('responsesKeep'),
  }[responses.store]
  const prices = Object.entries(group.prices).map(([model, price]): OwnPrice => ({ model, price }))
  return (
    <Page
      title={name}
      actions={
        source === 'database' ? (
          <>
            <Button onClick={() => setAsked('edit')}>{t('edit')}</Button>
            <Button onClick={() => setAsked('delete')}>{t('delete')}</Button>
          </>
        ) : undefined
      }
    >
      {source === 'config' && <Notice>{t('readOnly')}</Notice>}
      <Card title={t('settings')}>
        <Details
          items={[
            { label: t('billing'), value: t(group.billing === 'prepaid' ? 'billingPrepaid' : 'billingOff') },
            { label: t('multiplier'), value: `× ${format.number(group.price_multiplier)}` },
            { label: t('models'), value: group.models.includes('*') ? t('allModels') : format.list(group.models) },
            { label: t('limits'), value: limitsText(group.limits) ?? t('noLimit') },
            { label: t('sharedLimits'), value: limitsText(group.shared_limits) ?? t('noLimit') },
            { label: t('responses'), value: kept },
          ]}
        />
      </Card>
      <div className="grid grid-cols-1 gap-5 lg:grid-cols-2">
        <Card title={t('prices')} description={t('pricesText')} flush>
          <DataTable
            label={t('prices')}
            columns={priceColumns}
            rows={prices}
            rowKey={({ model }) => model}
            empty={<EmptyState title={t('pricesEmpty')} className="py-6" />}
          />
        </Card>
        <Card title={t('accounts')} flush>
          <Loaded query={accounts}>
            {({ data }) => (
              <DataTable
                label={t('accounts')}
                columns={accountColumns}
                rows={data}
                rowKey={({ id }) => id}
                empty={<EmptyState title={t('none')} className="py-6" />}
              />
            )}
          </Loaded>
        </Card>
      </div>
      {asked === 'edit' && <GroupForm group={group} onClose={() => setAsked(null)} />}
      <ConfirmDialog
        open={asked === 'delete'}
        onClose={() => setAsked(null)}
        title={t('deleteTitle', { name })}
        confirm={t('delete')}
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate({ params: { name } })}
      >
        {t('deleteText')}
      </ConfirmDialog>
    </Page>
  )
}
