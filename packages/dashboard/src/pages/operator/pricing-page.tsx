import { Link } from '@tanstack/react-router'
import { CircleDollarSign } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { Reply } from '../../api/client.ts'
import { useApi } from '../../api/hooks.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Card } from '../../ui/card.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { TextField } from '../../ui/field.tsx'
import { MenuItem, RowMenu } from '../../ui/menu.tsx'
import { Page } from '../../ui/page.tsx'
import { SelectField } from '../../ui/select.tsx'
import { EmptyState, Loaded } from '../../ui/states.tsx'
import { modelMessages } from './messages/models.ts'
import { MarginCell, PriceCell } from './parts/price-cell.tsx'
import { PRICE_SOURCES, PriceForm, RemovePrice } from './parts/price-form.tsx'
import { marginOf } from './parts/price-text.ts'

type Priced = Reply<'getPrice'>
type Filter = 'all' | 'losing' | 'unpriced'

export function PricingPage() {
  const t = useMessages(modelMessages)
  const [wanted, setWanted] = useState('')
  const [filter, setFilter] = useState<Filter>('all')
  const [asked, setAsked] = useState<{ readonly what: 'set' | 'remove'; readonly row: Priced } | null>(null)
  const prices = useApi('listPrices', {}, { account: null })
  const columns = useMemo(
    (): Column<Priced>[] => [
      {
        id: 'model',
        header: t('model'),
        onPhone: 'title',
        sortBy: ({ id }) => id,
        cell: ({ id }) => (
          <Link to="/operator/models/$" params={{ _splat: id }} className="link font-medium break-all">
            {id}
          </Link>
        ),
      },
      { id: 'price', header: t('price'), align: 'end', cell: ({ price }) => <PriceCell price={price} /> },
      {
        id: 'source',
        header: t('source'),
        sortBy: ({ source }) => source,
        cell: ({ source }) => <span className="text-soft">{source === null ? '–' : t(PRICE_SOURCES[source])}</span>,
      },
      {
        id: 'cost',
        header: t('cost'),
        align: 'end',
        cell: ({ costs }) => (
          <span className="flex flex-col">
            {costs.map(({ provider, model, price }) => (
              <span key={`${provider} ${model}`}>
                {costs.length > 1 && <span className="mr-2 text-sm text-soft">{provider}</span>}
                <PriceCell price={price} />
              </span>
            ))}
          </span>
        ),
      },
      {
        id: 'margin',
        header: t('margin'),
        align: 'end',
        sortBy: (row) => marginIn(row),
        cell: (row) => <MarginCell margin={marginIn(row)} />,
      },
      {
        id: 'menu',
        header: '',
        align: 'end',
        onPhone: 'bare',
        cell: (row) =>
          row.source === 'config' ? null : (
            <RowMenu label={row.id}>
              <MenuItem onSelect={() => setAsked({ what: 'set', row })}>{t('setPrice')}</MenuItem>
              {row.source === 'database' && (
                <MenuItem onSelect={() => setAsked({ what: 'remove', row })}>{t('removePrice')}</MenuItem>
              )}
            </RowMenu>
          ),
      },
    ],
    [t],
  )
  return (
    <Page title={t('pricingTitle')} description={t('pricingDescription')} width="wide">
      <Loaded query={prices}>
        {({ data }) => {
          const text = wanted.trim().toLowerCase()
          const rows = data
            .filter(({ id }) => id.toLowerCase().includes(text))
            .filter((row) => filter !== 'unpriced' || row.price === null)
            .filter((row) => filter !== 'losing' || (marginIn(row) ?? 0) < 0)
          return (
            <>
              <div className="grid grid-cols-1 gap-3 sm:grid-cols-[20rem_14rem]">
                <TextField label={t('search')} type="search" value={wanted} onChange={setWanted} autoComplete="off" />
                <SelectField<Filter>
                  label={t('filter')}
                  value={filter}
                  onChange={setFilter}
                  options={[
                    { value: 'all', label: t('all') },
                    { value: 'losing', label: t('onlyLosing') },
                    { value: 'unpriced', label: t('onlyUnpriced') },
                  ]}
                />
              </div>
              <Card flush>
                <DataTable
                  label={t('pricingTitle')}
                  columns={columns}
                  rows={rows}
                  rowKey={({ id }) => id}
                  empty={
                    <EmptyState icon={<CircleDollarSign />} title={data.length === 0 ? t('empty') : t('nothingFits')} />
                  }
                />
              </Card>
            </>
          )
        }}
      </Loaded>
      {asked?.what === 'set' && <PriceForm id={asked.row.id} price={asked.row.price} onClose={() => setAsked(null)} />}
      {asked?.what === 'remove' && <RemovePrice id={asked.row.id} onClose={() => setAsked(null)} />}
    </Page>
  )
}

function marginIn({ price, costs }: Priced): number | null {
  return marginOf(
    price,
    costs.map((cost) => cost.price),
  )
}
