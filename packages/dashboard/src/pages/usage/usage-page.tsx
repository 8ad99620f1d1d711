import { Download } from 'lucide-react'
import { useState } from 'react'
import { callApi, type Reply } from '../../api/client.ts'
import { useApi } from '../../api/hooks.ts'
import { usePreferences } from '../../app/preferences.ts'
import { useNow } from '../../format/use-now.ts'
import { useFormatter } from '../../format/use-formatter.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Page } from '../../ui/page.tsx'
import { EmptyState, Loaded } from '../../ui/states.tsx'
import { toast } from '../../ui/toast.tsx'
import { Segments, Switch } from '../../ui/toggles.tsx'
import { FilterSelect } from './filter-select.tsx'
import { useKeyNames } from './key-names.ts'
import { usageMessages } from './messages.ts'
import { PERIODS, periodBefore, periodQuery } from './period.ts'
import { type UsageSearch, usageRoute } from './routes.ts'
import { saveText } from './save-text.ts'
import { UsageChart } from './usage-chart.tsx'
import { GROUPINGS, MEASURES } from './usage-search.ts'
import { UsageFigures } from './usage-figures.tsx'
import { UsageTable } from './usage-table.tsx'

const REFRESH_MS = 30_000
const MODELS_LISTED = 200
const ALL = ''

export function UsagePage() {
  const t = useMessages(usageMessages)
  const search = usageRoute.useSearch()
  const navigate = usageRoute.useNavigate()
  const { timeZone } = usePreferences()
  const change = (next: UsageSearch): void => void navigate({ search: { ...search, ...next }, replace: true })
  const { series, before, groups, query } = useUsage(search)
  const [exporting, setExporting] = useState(false)

  const exportCsv = async (): Promise<void> => {
    setExporting(true)
    try {
      const text: unknown = await callApi('getUsage', { query: { ...query, format: 'csv' } })
      saveText('usage.csv', String(text))
    } catch {
      toast(t('exportFailed'))
    } finally {
      setExporting(false)
    }
  }

  return (
    <Page
      title={t('title')}
      description={t('description', { zone: timeZone })}
      width="wide"
      actions={
        <Button icon={<Download aria-hidden className="size-4" />} busy={exporting} onClick={() => void exportCsv()}>
          {t('exportCsv')}
        </Button>
      }
    >
      <Filters search={search} change={change} />
      <Loaded query={series}>
        {(now) =>
          now.total.calls === 0 && (before.data?.total.calls ?? 0) === 0 ? (
            <Card>
              <EmptyState title={t('none')}>{t('noneHint')}</EmptyState>
            </Card>
          ) : (
            <>
              <UsageFigures now={now} before={search.compare ? before.data : undefined} />
              <Card
                title={t('overTime')}
                actions={
                  <Segments
                    label={t('measure')}
                    size="sm"
                    value={search.show ?? 'spend'}
                    onChange={(show) => change({ show })}
                    options={MEASURES.map((value) => ({ value, label: t(value) }))}
                  />
                }
              >
                <UsageChart
                  measure={search.show ?? 'spend'}
                  grouping={search.by ?? 'model'}
                  now={now}
                  before={search.compare ? before.data : undefined}
                />
              </Card>
              <Card
                flush
                title={t('breakdown')}
                actions={
                  <Segments
                    label={t('by')}
                    size="sm"
                    value={search.by ?? 'model'}
                    onChange={(by) => change({ by })}
                    options={GROUPINGS.map((value) => ({ value, label: t(GROUPING_NAMES[value]) }))}
                  />
                }
              >
                <UsageTable grouping={search.by ?? 'model'} usage={groups} />
              </Card>
            </>
          )
        }
      </Loaded>
    </Page>
  )
}

const GROUPING_NAMES = { model: 'byModel', key: 'byKey', status: 'byStatus', endpoint: 'byEndpoint' } as const

function Filters({ search, change }: { readonly search: UsageSearch; readonly change: (next: UsageSearch) => void }) {
  const t = useMessages(usageMessages)
  const { keys } = useKeyNames()
  const { data } = useApi('listCatalogue', {}, { staleMs: 60_000 })
  const models = [...new Set([...(data?.data ?? []).map(({ id }) => id), ...(search.model ? [search.model] : [])])]
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-3">
      <Segments
        label={t('period')}
        value={search.period ?? 'month'}
        onChange={(period) => change({ period })}
        options={PERIODS.map((value) => ({ value, label: t(value) }))}
      />
      <FilterSelect
        label={t('model')}
        width="sm:w-52"
        value={search.model ?? ALL}
        onChange={(model) => change({ model })}
        options={[
          { value: ALL, label: t('allModels') },
          ...models.slice(0, MODELS_LISTED).map((value) => ({ value, label: value })),
        ]}
      />
      {keys.length > 0 && (
        <FilterSelect
          label={t('key')}
          width="sm:w-44"
          value={search.key ?? ALL}
          onChange={(key) => change({ key })}
          options={[{ value: ALL, label: t('allKeys') }, ...keys.map(({ id, name }) => ({ value: id, label: name }))]}
        />
      )}
      <Switch
        label={t('compare')}
        checked={search.compare ?? false}
        onChange={(compare) => change({ compare })}
        className="sm:ml-auto"
      />
    </div>
  )
}

export type Usage = Reply<'getUsage'>

function useUsage(search: UsageSearch) {
  const { timeZone } = usePreferences()
  const { dayKey } = useFormatter()
  const period = search.period ?? 'month'
  // Whole minutes: the same question for as long, so that it is asked once.
  const nowSeconds = Math.floor(useNow(60_000) / 60_000) * 60
  const today = dayKey(nowSeconds)
  const filter = {
    time_zone: timeZone,
    ...(search.model ? { model: [search.model] } : {}),
    ...(search.key ? { key: [search.key] } : {}),
  }
  const { step, ...range } = periodQuery(period, nowSeconds, today)
  const grouped = { ...filter, ...range, group_by: search.by ?? 'model' } as const
  const query = { ...grouped, step } as const
  const settings = { refetchIntervalMs: REFRESH_MS, keepPrevious: true }
  const series = useApi('getUsage', { query: { ...query, limit: 1000 } }, settings)
  const groups = useApi('getUsage', { query: { ...grouped, limit: 1000 } }, settings)
  const earlier = periodBefore(period, nowSeconds, today)
  const before = useApi(
    'getUsage',
    { query: { ...filter, ...earlier, limit: 1000 } },
    { enabled: search.compare ?? false, keepPrevious: true },
  )
  return { series, groups, before, query }
}
