import { Link } from '@tanstack/react-router'
import { Plus, Route } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useApi } from '../../api/hooks.ts'
import type { PlainKey } from '../../i18n/catalogue.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { TextField } from '../../ui/field.tsx'
import { Page } from '../../ui/page.tsx'
import { EmptyState, Loaded } from '../../ui/states.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { modelMessages } from './messages/models.ts'
import { MarginCell, PriceCell } from './parts/price-cell.tsx'
import { marginOf, type ModelRoute } from './parts/price-text.ts'
import { RouteForm } from './parts/route-form.tsx'
import { PoolCards } from './pools/pool-cards.tsx'
import { operatorModelsRoute } from './routes.ts'

const SOURCES: Readonly<Record<ModelRoute['source'], PlainKey<typeof modelMessages>>> = {
  config: 'sourceConfig',
  found: 'sourceFound',
  database: 'sourceDatabase',
}

export function OperatorModelsPage() {
  const t = useMessages(modelMessages)
  const { tab = 'models' } = operatorModelsRoute.useSearch()
  const navigate = operatorModelsRoute.useNavigate()
  const [isAdding, setAdding] = useState(false)
  const models = useApi('listModelRoutes', {}, { account: null })
  return (
    <Page
      title={t('title')}
      description={t('description')}
      actions={
        <Button tone="primary" icon={<Plus aria-hidden className="size-4" />} onClick={() => setAdding(true)}>
          {t('add')}
        </Button>
      }
      width="wide"
    >
      <Tabs<'models' | 'pools'>
        label={t('title')}
        value={tab}
        onChange={(next) => void navigate({ search: next === 'pools' ? { tab: next } : {}, replace: true })}
        tabs={[
          { value: 'models', label: t('tabModels'), panel: <ModelList /> },
          { value: 'pools', label: t('tabPools'), panel: <PoolCards /> },
        ]}
      />
      {isAdding && <RouteForm taken={(models.data?.data ?? []).map(({ id }) => id)} onClose={() => setAdding(false)} />}
    </Page>
  )
}

function ModelList() {
  const t = useMessages(modelMessages)
  const [wanted, setWanted] = useState('')
  const models = useApi('listModelRoutes', {}, { account: null })
  const columns = useMemo(
    (): Column<ModelRoute>[] => [
      {
        id: 'model',
        header: t('model'),
        onPhone: 'title',
        sortBy: ({ id }) => id,
        cell: ({ id, aliases }) => (
          <span className="flex min-w-0 flex-col">
            <Link to="/operator/models/$" params={{ _splat: id }} className="link font-medium break-all">
              {id}
            </Link>
            {aliases.length > 0 && <span className="truncate text-sm text-soft">{aliases.join(', ')}</span>}
          </span>
        ),
      },
      {
        id: 'source',
        header: t('source'),
        sortBy: ({ source }) => source,
        cell: ({ source, fault, enabled }) =>
          fault !== null ? (
            <Badge tone="bad">{t('notInUse')}</Badge>
          ) : enabled ? (
            <span className="text-soft">{t(SOURCES[source])}</span>
          ) : (
            <Badge>{t('off')}</Badge>
          ),
      },
      {
        id: 'targets',
        header: t('targets'),
        cell: ({ targets }) => [...new Set(targets.map(({ provider }) => provider))].join(', ') || '–',
      },
      {
        id: 'fallbacks',
        header: t('fallbacks'),
        onPhone: 'hidden',
        cell: ({ fallbacks }) => fallbacks.join(', ') || '–',
      },
      { id: 'price', header: t('price'), align: 'end', cell: ({ price }) => <PriceCell price={price} /> },
      {
        id: 'margin',
        header: t('margin'),
        align: 'end',
        sortBy: (model) => marginIn(model),
        cell: (model) => <MarginCell margin={marginIn(model)} />,
      },
    ],
    [t],
  )
  return (
    <Loaded query={models}>
      {({ data }) => {
        const text = wanted.trim().toLowerCase()
        const rows = data.filter(({ id, aliases, targets }) =>
          [id, ...aliases, ...targets.map(({ provider }) => provider)].some((one) => one.toLowerCase().includes(text)),
        )
        return (
          <div className="flex flex-col gap-5 pt-4">
            {data.length > 0 && (
              <TextField
                label={t('search')}
                type="search"
                value={wanted}
                onChange={setWanted}
                className="max-w-sm"
                autoComplete="off"
              />
            )}
            <Card flush>
              <DataTable
                label={t('title')}
                columns={columns}
                rows={rows}
                rowKey={({ id }) => id}
                isFaint={({ enabled }) => !enabled}
                empty={
                  data.length === 0 ? (
                    <EmptyState icon={<Route />} title={t('empty')}>
                      {t('emptyText')}
                    </EmptyState>
                  ) : (
                    <EmptyState title={t('nothingFits')} />
                  )
                }
              />
            </Card>
          </div>
        )
      }}
    </Loaded>
  )
}

function marginIn({ price, targets }: ModelRoute): number | null {
  return marginOf(
    price,
    targets.map(({ cost }) => cost),
  )
}
