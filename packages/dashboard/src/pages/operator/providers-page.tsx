import { Link } from '@tanstack/react-router'
import { Plus, Server } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useApi } from '../../api/hooks.ts'
import { useFormatter } from '../../format/use-formatter.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Page } from '../../ui/page.tsx'
import { EmptyState, Loaded } from '../../ui/states.tsx'
import { AddProvider } from './parts/add-provider.tsx'
import { DrainMenu } from './parts/drain-menu.tsx'
import { type Provider, ProviderStateBadge, SOURCES } from './parts/provider-state.tsx'
import { providerMessages } from './messages/providers.ts'

const REFRESH_MS = 5_000

export function ProvidersPage() {
  const t = useMessages(providerMessages)
  const format = useFormatter()
  const [isAdding, setAdding] = useState(false)
  const providers = useApi('listProviders', {}, { account: null, refetchIntervalMs: REFRESH_MS })
  const columns = useMemo(
    (): Column<Provider>[] => [
      {
        id: 'name',
        header: t('name'),
        onPhone: 'title',
        sortBy: ({ name }) => name,
        cell: ({ name, type }) => (
          <span className="flex flex-col">
            <Link to="/operator/providers/$name" params={{ name }} className="link font-medium">
              {name}
            </Link>
            <span className="text-sm text-soft">{type}</span>
          </span>
        ),
      },
      { id: 'state', header: t('state'), cell: (provider) => <ProviderStateBadge provider={provider} /> },
      {
        id: 'source',
        header: t('source'),
        cell: ({ source }) => <span className="text-soft">{t(SOURCES[source])}</span>,
      },
      {
        id: 'credentials',
        header: t('credentials'),
        align: 'end',
        sortBy: ({ credentials }) => credentials.length,
        cell: ({ credentials }) => format.number(credentials.length),
      },
      {
        id: 'models',
        header: t('models'),
        align: 'end',
        sortBy: ({ models }) => models.length,
        cell: ({ models }) => format.number(models.length),
      },
      {
        id: 'weight',
        header: t('weight'),
        align: 'end',
        sortBy: ({ weight }) => weight,
        cell: ({ weight }) => format.number(weight),
      },
      {
        id: 'response',
        header: t('responseTime'),
        align: 'end',
        sortBy: ({ response_time_ms: ms }) => ms,
        cell: ({ response_time_ms: ms, healthy }) => (ms === null || healthy !== true ? '–' : format.duration(ms)),
      },
      {
        id: 'flight',
        header: t('inFlight'),
        align: 'end',
        sortBy: ({ in_flight: count }) => count,
        cell: ({ in_flight: count }) => format.number(count),
      },
      { id: 'menu', header: '', align: 'end', onPhone: 'bare', cell: (provider) => <DrainMenu provider={provider} /> },
    ],
    [t, format],
  )
  const add = (
    <Button tone="primary" icon={<Plus aria-hidden className="size-4" />} onClick={() => setAdding(true)}>
      {t('add')}
    </Button>
  )
  return (
    <Page title={t('title')} description={t('description')} actions={add} width="wide">
      <Loaded query={providers}>
        {({ data }) => (
          <>
            {data.some(({ fault }) => fault !== null) && (
              <ul className="m-0 flex list-none flex-col gap-1 p-0 text-sm text-bad" lang="en">
                {data.map(({ name, fault }) => fault !== null && <li key={name}>{`${name}: ${fault}`}</li>)}
              </ul>
            )}
            <Card flush>
              <DataTable
                label={t('title')}
                columns={columns}
                rows={data}
                rowKey={({ name }) => name}
                isFaint={({ enabled }) => !enabled}
                empty={
                  <EmptyState icon={<Server />} title={t('empty')}>
                    {t('emptyText')}
                  </EmptyState>
                }
              />
            </Card>
          </>
        )}
      </Loaded>
      {isAdding && (
        <AddProvider taken={providers.data?.data.map(({ name }) => name) ?? []} onClose={() => setAdding(false)} />
      )}
    </Page>
  )
}
