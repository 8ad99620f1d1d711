import { Link, useNavigate } from '@tanstack/react-router'
import { Search, X } from 'lucide-react'
import type { CatalogueModel } from '../../api/generated/operations.ts'
import { useFormatter } from '../../format/use-formatter.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { controlClass } from '../../ui/field.tsx'
import { Notice } from '../../ui/notice.tsx'
import { Page } from '../../ui/page.tsx'
import { EmptyState, Loaded } from '../../ui/states.tsx'
import { FilterSelect } from '../usage/filter-select.tsx'
import { Capabilities, useCapabilityName } from './capabilities.tsx'
import { modelsMessages } from './messages.ts'
import { CONTEXTS, matchingModels, type ModelSearch, PRICES, readModelSearch } from './model-filters.ts'
import { modelsRoute } from './routes.ts'
import { useModels } from './use-models.ts'

const ALL = ''
/** '' takes a filter away. */
type Change = { readonly [Name in keyof ModelSearch]?: string }

export function ModelsPage() {
  const t = useMessages(modelsMessages)
  const search = modelsRoute.useSearch()
  const navigate = useNavigate()
  const { models, isPublic } = useModels()
  const change = (next: Change): void =>
    void navigate({ to: '/catalogue', search: readModelSearch({ ...search, ...next }), replace: true })
  const clear = (): void => void navigate({ to: '/catalogue', search: {}, replace: true })
  return (
    <Page title={t('title')} description={t('description')} width="wide">
      {isPublic && <Notice>{t('publicNote')}</Notice>}
      <Loaded query={models}>
        {({ data }) =>
          data.length === 0 ? (
            <Card>
              <EmptyState title={t('none')}>{t('noneHint')}</EmptyState>
            </Card>
          ) : (
            <>
              <Filters models={data} search={search} change={change} clear={clear} />
              <Card flush>
                <ModelTable models={matchingModels(data, search)} clear={clear} />
              </Card>
            </>
          )
        }
      </Loaded>
    </Page>
  )
}

interface FiltersProps {
  readonly models: readonly CatalogueModel[]
  readonly search: ModelSearch
  readonly change: (next: Change) => void
  readonly clear: () => void
}

function Filters({ models, search, change, clear }: FiltersProps) {
  const t = useMessages(modelsMessages)
  const f = useFormatter()
  const nameOf = useCapabilityName()
  const vendors = [...new Set(models.map(({ vendor }) => vendor))].toSorted()
  const capabilities = [...new Set(models.flatMap((model) => model.capabilities))].toSorted()
  const found = matchingModels(models, search).length
  return (
    <div className="flex flex-wrap items-center gap-2">
      <span className="relative w-full sm:w-72">
        <Search aria-hidden className="pointer-events-none absolute top-2.5 left-2.5 size-4 text-soft" />
        <input
          type="search"
          aria-label={t('search')}
          placeholder={t('searchPlaceholder')}
          value={search.q ?? ''}
          onChange={(event) => change({ q: event.target.value })}
          className={`${controlClass} pl-8`}
        />
      </span>
      <FilterSelect
        label={t('vendor')}
        width="sm:w-40"
        value={search.vendor ?? ALL}
        onChange={(vendor) => change({ vendor })}
        options={[{ value: ALL, label: t('allVendors') }, ...vendors.map((value) => ({ value, label: value }))]}
      />
      <FilterSelect
        label={t('capability')}
        width="sm:w-40"
        value={search.can ?? ALL}
        onChange={(can) => change({ can })}
        options={[
          { value: ALL, label: t('allCapabilities') },
          ...capabilities.map((value) => ({ value, label: nameOf(value) })),
        ]}
      />
      <FilterSelect
        label={t('context')}
        width="sm:w-44"
        value={search.context ?? ALL}
        onChange={(context) => change({ context })}
        options={[
          { value: ALL, label: t('anyContext') },
          ...CONTEXTS.map((value) => ({ value, label: t('contextLeast', { size: f.numberShort(Number(value)) }) })),
        ]}
      />
      <FilterSelect
        label={t('price')}
        width="sm:w-52"
        value={search.price ?? ALL}
        onChange={(price) => change({ price })}
        options={[
          { value: ALL, label: t('anyPrice') },
          ...PRICES.map((value) => ({ value, label: t('priceMost', { amount: f.money(value) }) })),
        ]}
      />
      {Object.keys(search).length > 0 && (
        <Button tone="quiet" icon={<X aria-hidden className="size-4" />} onClick={clear}>
          {t('clear')}
        </Button>
      )}
      <span role="status" className="text-sm text-soft sm:ml-auto">
        {t('count', { count: found })}
      </span>
    </div>
  )
}

function ModelTable({ models, clear }: { readonly models: readonly CatalogueModel[]; readonly clear: () => void }) {
  const t = useMessages(modelsMessages)
  const f = useFormatter()
  const none = <span className="text-soft">{t('noData')}</span>
  const priceOf = ({ price }: CatalogueModel, rate: 'input' | 'output') => {
    const amount = price?.[rate]
    if (amount === undefined) return <span className="text-soft">{t('noPrice')}</span>
    const { per_image: image, per_call: call } = price ?? {}
    if (Number(amount) === 0 && rate === 'output') {
      if (image !== undefined) return t('perImage', { amount: f.money(image) })
      if (call !== undefined) return t('perCall', { amount: f.money(call) })
    }
    return f.money(amount)
  }
  const columns: readonly Column<CatalogueModel>[] = [
    {
      id: 'name',
      header: t('name'),
      onPhone: 'title',
      className: 'min-w-56',
      sortBy: ({ id }) => id,
      cell: (model) => (
        <span className="flex min-w-0 flex-col">
          <span className="flex flex-wrap items-center gap-2">
            <Link to="/catalogue/$" params={{ _splat: model.id }} className="link font-medium break-all">
              {model.id}
            </Link>
            {model.retired && <Badge tone="warn">{t('retired')}</Badge>}
          </span>
          <span className="line-clamp-1 max-w-96 text-sm text-soft" title={model.description}>
            {model.description}
          </span>
        </span>
      ),
    },
    { id: 'vendor', header: t('vendor'), sortBy: ({ vendor }) => vendor, cell: ({ vendor }) => vendor },
    {
      id: 'can',
      header: t('capability'),
      onPhone: 'bare',
      cell: ({ capabilities }) => <Capabilities of={capabilities} />,
    },
    {
      id: 'context',
      header: t('context'),
      align: 'end',
      sortBy: ({ context_length: context }) => context,
      cell: ({ context_length: context }) =>
        context === null ? <span className="text-soft">{t('unknown')}</span> : f.numberShort(context),
    },
    {
      id: 'input',
      header: t('input'),
      align: 'end',
      sortBy: ({ price }) => (price?.input === undefined ? null : Number(price.input)),
      cell: (model) => priceOf(model, 'input'),
    },
    {
      id: 'output',
      header: t('output'),
      align: 'end',
      sortBy: ({ price }) => (price?.output === undefined ? null : Number(price.output)),
      cell: (model) => priceOf(model, 'output'),
    },
    {
      id: 'median',
      header: t('median'),
      align: 'end',
      sortBy: ({ measured }) => measured?.duration?.p50_ms ?? null,
      cell: ({ measured }) => (measured?.duration ? f.duration(measured.duration.p50_ms) : none),
    },
    {
      id: 'first',
      header: t('firstToken'),
      align: 'end',
      sortBy: ({ measured }) => measured?.first_token?.p50_ms ?? null,
      cell: ({ measured }) => (measured?.first_token ? f.duration(measured.first_token.p50_ms) : none),
    },
    {
      id: 'errors',
      header: t('errors'),
      align: 'end',
      sortBy: ({ measured }) => measured?.error_rate ?? null,
      cell: ({ measured }) =>
        measured === null ? (
          none
        ) : (
          <span className={measured.error_rate >= 0.05 ? 'text-bad' : ''}>{f.percent(measured.error_rate)}</span>
        ),
    },
  ]
  return (
    <DataTable
      label={t('title')}
      columns={columns}
      rows={models}
      rowKey={({ id }) => id}
      isFaint={({ retired }) => retired}
      empty={
        <EmptyState title={t('noneFound')} action={<Button onClick={clear}>{t('clear')}</Button>}>
          {t('noneFoundHint')}
        </EmptyState>
      }
    />
  )
}
