import { Link } from '@tanstack/react-router'
import { Plus, UsersRound } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { Reply } from '../../api/client.ts'
import { useApi } from '../../api/hooks.ts'
import { useFormatter } from '../../format/use-formatter.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Page } from '../../ui/page.tsx'
import { EmptyState, Loaded } from '../../ui/states.tsx'
import { groupMessages } from './messages/groups.ts'
import { GroupForm } from './parts/group-form.tsx'
import { useLimitsText } from './parts/limits-text.ts'

type Group = Reply<'getGroup'>

export function GroupsPage() {
  const t = useMessages(groupMessages)
  const format = useFormatter()
  const limitsText = useLimitsText()
  const [isAdding, setAdding] = useState(false)
  const groups = useApi('listGroups', {}, { account: null })
  const columns = useMemo(
    (): Column<Group>[] => [
      {
        id: 'name',
        header: t('name'),
        onPhone: 'title',
        sortBy: ({ name }) => name,
        cell: ({ name }) => (
          <Link to="/operator/groups/$name" params={{ name }} className="link font-medium break-all">
            {name}
          </Link>
        ),
      },
      {
        id: 'source',
        header: t('source'),
        cell: ({ source }) => (
          <span className="text-soft">{t(source === 'config' ? 'sourceConfig' : 'sourceDatabase')}</span>
        ),
      },
      {
        id: 'billing',
        header: t('billing'),
        cell: ({ billing }) => (
          <Badge tone={billing === 'prepaid' ? 'accent' : 'neutral'}>
            {t(billing === 'prepaid' ? 'billingPrepaid' : 'billingOff')}
          </Badge>
        ),
      },
      {
        id: 'multiplier',
        header: t('multiplier'),
        align: 'end',
        sortBy: (group) => group.price_multiplier,
        cell: (group) => `× ${format.number(group.price_multiplier)}`,
      },
      {
        id: 'models',
        header: t('models'),
        onPhone: 'hidden',
        cell: ({ models }) => (models.includes('*') ? t('allModels') : models.slice(0, 4).join(', ')),
      },
      {
        id: 'limits',
        header: t('limits'),
        cell: ({ limits }) => limitsText(limits) ?? <span className="text-soft">{t('noLimit')}</span>,
      },
    ],
    [t, format, limitsText],
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
      <Loaded query={groups}>
        {({ data }) => (
          <Card flush>
            <DataTable
              label={t('title')}
              columns={columns}
              rows={data}
              rowKey={({ name }) => name}
              empty={
                <EmptyState icon={<UsersRound />} title={t('empty')}>
                  {t('emptyText')}
                </EmptyState>
              }
            />
          </Card>
        )}
      </Loaded>
      {isAdding && <GroupForm onClose={() => setAdding(false)} />}
    </Page>
  )
}
