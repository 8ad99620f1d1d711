import { KeyRound, Pencil, Plus, RefreshCw, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { Key } from '../../api/generated/operations.ts'
import { useApi, usePages } from '../../api/hooks.ts'
import { hasRole, usePerson } from '../../app/session.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { MenuItem, MenuLine, RowMenu } from '../../ui/menu.tsx'
import { Page } from '../../ui/page.tsx'
import { EmptyState, ErrorState } from '../../ui/states.tsx'
import { Switch } from '../../ui/toggles.tsx'
import { useBudgetsUsed } from './budget-used.ts'
import { KeyDialogs, type KeyAct } from './key-dialogs.tsx'
import { BudgetCell, ExpiryCell, KeyCell, LastUsedCell, LimitsCell } from './key-cells.tsx'
import { keysMessages } from './messages.ts'

export function KeysPage() {
  const t = useMessages(keysMessages)
  const session = usePerson()
  const [showRevoked, setShowRevoked] = useState(false)
  const [act, setAct] = useState<KeyAct | null>(null)
  const list = usePages('listKeys', { query: { limit: 200 } })
  const timeZone = useApi('getMe', {}, { staleMs: 300_000 }).data?.time_zone ?? 'UTC'
  const used = useBudgetsUsed(list.entries, timeZone)
  const keys = list.entries.filter(({ revoked_at: revoked }) => showRevoked || revoked === null)
  const hasRevoked = list.entries.some(({ revoked_at: revoked }) => revoked !== null)
  const mayChange = (key: Key): boolean =>
    key.revoked_at === null && (hasRole(session, 'admin') || key.made_by === session.person.id)

  const columns: readonly Column<Key>[] = [
    {
      id: 'name',
      header: t('name'),
      onPhone: 'title',
      sortBy: ({ name }) => name.toLowerCase(),
      cell: (key) => <KeyCell value={key} />,
    },
    {
      id: 'budget',
      header: t('budget'),
      className: 'sm:w-56',
      cell: (key) => <BudgetCell value={key} used={used.get(key.id)} />,
    },
    { id: 'limits', header: t('limits'), cell: (key) => <LimitsCell value={key} /> },
    {
      id: 'last-used',
      header: t('lastUsed'),
      sortBy: ({ last_used_at: at }) => at,
      cell: (key) => <LastUsedCell value={key} />,
    },
    {
      id: 'expires',
      header: t('expires'),
      sortBy: ({ expires_at: at }) => at,
      cell: (key) => <ExpiryCell value={key} />,
    },
    {
      id: 'actions',
      header: '',
      align: 'end',
      onPhone: 'bare',
      cell: (key) =>
        mayChange(key) && (
          <RowMenu label={key.name}>
            <MenuItem icon={<Pencil />} onSelect={() => setAct({ kind: 'edit', key })}>
              {t('edit')}
            </MenuItem>
            <MenuItem icon={<RefreshCw />} onSelect={() => setAct({ kind: 'rotate', key })}>
              {t('rotate')}
            </MenuItem>
            <MenuLine />
            <MenuItem icon={<Trash2 />} tone="danger" onSelect={() => setAct({ kind: 'revoke', key })}>
              {t('revoke')}
            </MenuItem>
          </RowMenu>
        ),
    },
  ]
  const create = (
    <Button tone="primary" icon={<Plus aria-hidden className="size-4" />} onClick={() => setAct({ kind: 'create' })}>
      {t('create')}
    </Button>
  )
  return (
    <Page title={t('title')} description={t('description')} actions={create} width="wide">
      <Card flush>
        {list.error !== null && list.entries.length === 0 ? (
          <ErrorState error={list.error} retry={list.retry} />
        ) : (
          <DataTable
            label={t('list')}
            columns={columns}
            rows={keys}
            rowKey={({ id }) => id}
            isPending={list.isPending}
            isFaint={({ revoked_at: revoked }) => revoked !== null}
            more={list}
            empty={
              <EmptyState icon={<KeyRound />} title={t('emptyTitle')} action={create}>
                {t('emptyText')}
              </EmptyState>
            }
          />
        )}
      </Card>
      {hasRevoked && (
        <Switch className="self-start" label={t('showRevoked')} checked={showRevoked} onChange={setShowRevoked} />
      )}
      <KeyDialogs act={act} onAct={setAct} />
    </Page>
  )
}
