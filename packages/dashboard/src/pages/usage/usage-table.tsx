import { Link } from '@tanstack/react-router'
import type { UseQueryResult } from '@tanstack/react-query'
import { useFormatter } from '../../format/use-formatter.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { EmptyState, ErrorState } from '../../ui/states.tsx'
import { useGroupName } from './group-name.ts'
import { usageMessages } from './messages.ts'
import { errorRate } from './usage-figures.tsx'
import type { Usage } from './usage-page.tsx'
import type { Grouping } from './usage-search.ts'

type Group = Extract<Usage['data'][number], { readonly name: string }>

interface UsageTableProps {
  readonly grouping: Grouping
  readonly usage: UseQueryResult<Usage>
}

export function UsageTable({ grouping, usage }: UsageTableProps) {
  const t = useMessages(usageMessages)
  const f = useFormatter()
  const nameOf = useGroupName(grouping)
  if (usage.data === undefined && usage.error !== null) {
    return <ErrorState error={usage.error} retry={() => void usage.refetch()} />
  }
  const rows = (usage.data?.data ?? []).filter((one): one is Group => 'name' in one)
  const total = Number(usage.data?.total.cost ?? 0)
  const columns: readonly Column<Group>[] = [
    {
      id: 'name',
      header: t('name'),
      onPhone: 'title',
      sortBy: ({ name }) => nameOf(name),
      cell: ({ name }) => <GroupLink grouping={grouping} name={name} label={nameOf(name)} />,
    },
    figure(
      'calls',
      t('calls'),
      ({ calls }) => calls,
      ({ calls }) => f.number(calls),
    ),
    figure('errors', t('errorRate'), errorRate, (group) => (
      <span className={group.errors > 0 ? 'text-bad' : 'text-soft'}>{f.percent(errorRate(group))}</span>
    )),
    figure(
      'input',
      t('input'),
      ({ tokens }) => tokens.input,
      ({ tokens }) => f.numberShort(tokens.input),
    ),
    figure(
      'cached',
      t('cached'),
      ({ tokens }) => tokens.cache_read,
      ({ tokens }) =>
        tokens.cache_read === 0 ? t('noData') : f.percent(tokens.cache_read / Math.max(1, tokens.input), 0),
    ),
    figure(
      'output',
      t('output'),
      ({ tokens }) => tokens.output,
      ({ tokens }) => f.numberShort(tokens.output),
    ),
    figure(
      'median',
      t('median'),
      ({ duration }) => duration?.p50_ms ?? null,
      ({ duration }) => (duration === null ? t('noData') : f.duration(duration.p50_ms)),
    ),
    figure(
      'slow',
      t('slow'),
      ({ duration }) => duration?.p95_ms ?? null,
      ({ duration }) => (duration === null ? t('noData') : f.duration(duration.p95_ms)),
    ),
    figure(
      'share',
      t('share'),
      ({ cost }) => Number(cost),
      ({ cost }) => (total === 0 ? t('noData') : f.percent(Number(cost) / total)),
    ),
    figure(
      'cost',
      t('cost'),
      ({ cost }) => Number(cost),
      ({ cost }) => f.money(cost),
    ),
  ]
  return (
    <DataTable
      label={t('breakdown')}
      columns={columns}
      rows={rows}
      rowKey={({ name }) => name}
      sort={{ id: 'cost', desc: true }}
      isPending={usage.isPending}
      empty={<EmptyState title={t('none')}>{t('noneHint')}</EmptyState>}
    />
  )
}

/** On a phone. */
const LEFT_OUT: ReadonlySet<string> = new Set(['input', 'cached', 'output', 'slow', 'share'])

function figure(
  id: string,
  header: string,
  sortBy: (group: Group) => number | null,
  cell: Column<Group>['cell'],
): Column<Group> {
  const onPhone = LEFT_OUT.has(id) ? ({ onPhone: 'hidden' } as const) : {}
  return { id, header, sortBy, cell, align: 'end', className: 'whitespace-nowrap', ...onPhone }
}

/** To the calls behind the figures. */
function GroupLink({
  grouping,
  name,
  label,
}: {
  readonly grouping: Grouping
  readonly name: string
  readonly label: string
}) {
  if (grouping === 'endpoint') return <span className="font-mono text-sm">{label}</span>
  return (
    <Link to="/requests" search={{ [grouping]: name }} className="link font-medium break-all">
      {label}
    </Link>
  )
}
