import { Search, X } from 'lucide-react'
import { useCallback, useState } from 'react'
import { useApi } from '../../api/hooks.ts'
import { usePerson } from '../../app/session.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { controlClass } from '../../ui/field.tsx'
import { Page } from '../../ui/page.tsx'
import { Switch } from '../../ui/toggles.tsx'
import { FilterSelect } from '../usage/filter-select.tsx'
import { useKeyNames } from '../usage/key-names.ts'
import { isFiltered, OUTCOMES, RANGES, readRequestsSearch, type RequestsSearch } from './request-filters.ts'
import { RequestLogView } from './request-log-view.tsx'
import type { StreamState } from './request-stream.ts'
import { requestsMessages } from './messages.ts'
import { requestsRoute } from './routes.ts'

const ALL = ''
/** '' takes a filter away. */
type Change = { readonly [Name in keyof RequestsSearch]?: string }

export function RequestsPage() {
  const t = useMessages(requestsMessages)
  const search = requestsRoute.useSearch()
  const navigate = requestsRoute.useNavigate()
  const [isLive, setLive] = useState(true)
  const [state, setState] = useState<StreamState>('off')
  const { accountId } = usePerson()
  const [round, setRound] = useState(0)
  const reload = useCallback(() => setRound((before) => before + 1), [])
  const change = useCallback(
    (next: Change) => void navigate({ search: (before) => readRequestsSearch({ ...before, ...next }), replace: true }),
    [navigate],
  )
  return (
    <Page
      title={t('title')}
      description={t('description')}
      width="wide"
      actions={
        <div className="flex items-center gap-3">
          <span aria-live="polite" className="text-sm text-soft">
            {state === 'connecting' ? t('liveLost') : state === 'denied' ? t('liveDenied') : ''}
          </span>
          <Switch label={t('live')} checked={isLive} onChange={setLive} disabled={search.id !== undefined} />
        </div>
      }
    >
      <Filters search={search} change={change} />
      <Card flush>
        <RequestLogView
          key={JSON.stringify([search, accountId, round])}
          search={search}
          accountId={accountId}
          isLive={isLive && search.id === undefined}
          onState={setState}
          onReload={reload}
        />
      </Card>
    </Page>
  )
}

interface FiltersProps {
  readonly search: RequestsSearch
  readonly change: (next: Change) => void
}

function Filters({ search, change }: FiltersProps) {
  const t = useMessages(requestsMessages)
  const { keys } = useKeyNames()
  const { data } = useApi('listCatalogue', {}, { staleMs: 60_000 })
  const [id, setId] = useState(search.id ?? '')
  const models = [...new Set([...(search.model ? [search.model] : []), ...(data?.data ?? []).map((one) => one.id)])]
  const outcomes = { good: 'statusGood', bad: 'statusBad', limited: 'statusLimited', left: 'statusLeft' } as const
  const ranges = { hour: 'rangeHour', day: 'rangeDay', week: 'rangeWeek' } as const
  const statuses = OUTCOMES.map((value) => ({ value: value as string, label: t(outcomes[value]) }))
  if (search.status !== undefined) statuses.push({ value: search.status, label: search.status })
  return (
    <div className="flex flex-wrap items-center gap-2">
      <form
        role="search"
        className="relative w-full sm:w-72"
        onSubmit={(event) => {
          event.preventDefault()
          change({ id: id.trim() })
        }}
      >
        <Search aria-hidden className="pointer-events-none absolute top-2.5 left-2.5 size-4 text-soft" />
        <input
          type="search"
          aria-label={t('search')}
          placeholder={t('searchPlaceholder')}
          value={id}
          onChange={(event) => {
            setId(event.target.value)
            if (event.target.value === '' && search.id !== undefined) change({ id: '' })
          }}
          className={`${controlClass} pl-8 font-mono`}
        />
      </form>
      <FilterSelect
        label={t('status')}
        width="sm:w-36"
        value={search.status ?? search.outcome ?? ALL}
        onChange={(value) => change(outcomeOf(value))}
        options={[{ value: ALL, label: t('statusAll') }, ...statuses]}
      />
      <FilterSelect
        label={t('range')}
        width="sm:w-40"
        value={search.range ?? ALL}
        onChange={(range) => change({ range })}
        options={[{ value: ALL, label: t('rangeAll') }, ...RANGES.map((value) => ({ value, label: t(ranges[value]) }))]}
      />
      <FilterSelect
        label={t('model')}
        width="sm:w-48"
        value={search.model ?? ALL}
        onChange={(model) => change({ model })}
        options={[{ value: ALL, label: t('allModels') }, ...models.map((value) => ({ value, label: value }))]}
      />
      {keys.length > 0 && (
        <FilterSelect
          label={t('key')}
          width="sm:w-40"
          value={search.key ?? ALL}
          onChange={(key) => change({ key })}
          options={[{ value: ALL, label: t('allKeys') }, ...keys.map((key) => ({ value: key.id, label: key.name }))]}
        />
      )}
      {isFiltered(search) && (
        <Button
          tone="quiet"
          icon={<X aria-hidden className="size-4" />}
          onClick={() => {
            setId('')
            change({ outcome: ALL, range: ALL, model: ALL, key: ALL, status: ALL, id: ALL })
          }}
        >
          {t('clearFilters')}
        </Button>
      )}
    </div>
  )
}

function outcomeOf(value: string): Change {
  const outcome = OUTCOMES.find((one) => one === value)
  return { outcome: outcome ?? ALL, status: outcome === undefined ? value : ALL }
}
