import { Link } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { useFormatter } from '../../../format/use-formatter.ts'
import type { PlainKey } from '../../../i18n/catalogue.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Button } from '../../../ui/button.tsx'
import { type Column, DataTable } from '../../../ui/data-table.tsx'
import { poolMessages } from '../messages/pools.ts'
import { taskMessages } from '../messages/tasks.ts'
import type { Pool } from './pool-cards.tsx'

type Member = Pool['members'][number]

const BASES: Readonly<Record<Member['basis'], PlainKey<typeof poolMessages>>> = {
  table: 'basisTable',
  family: 'basisFamily',
  price: 'basisPrice',
  operator: 'basisOperator',
}
const REFUSALS: Readonly<Record<NonNullable<Member['refused']>, PlainKey<typeof poolMessages>>> = {
  unknown_model: 'neverUnknown',
  data_policy: 'neverData',
  not_chat: 'neverChats',
  no_price: 'noPrice',
}
const SHOWN_AT_FIRST = 10
const KINDS_NAMED = 3

/** Those that are picked first, then the others by quality. */
function byUse(a: Member, b: Member): number {
  return b.first_for.length - a.first_for.length || b.quality - a.quality || (a.id < b.id ? -1 : 1)
}

export function PoolMembers({ pool }: { readonly pool: Pool }) {
  const t = useMessages(poolMessages)
  const kind = useMessages(taskMessages)
  const format = useFormatter()
  const [showsAll, setShowsAll] = useState(false)
  const sorted = useMemo(() => pool.members.toSorted(byUse), [pool.members])
  const all = pool.members.reduce((sum, { first_for: kinds }) => sum + kinds.length, 0)
  const columns = useMemo(
    (): Column<Member>[] => [
      {
        id: 'model',
        header: t('model'),
        onPhone: 'title',
        sortBy: ({ id }) => id,
        cell: ({ id }) => (
          <span className="flex flex-wrap items-center gap-2">
            <Link to="/operator/models/$" params={{ _splat: id }} className="link font-medium break-all">
              {id}
            </Link>
            {id === pool.baseline && <Badge>{t('baseline')}</Badge>}
          </span>
        ),
      },
      {
        id: 'quality',
        header: t('quality'),
        align: 'end',
        sortBy: ({ quality }) => -quality,
        cell: ({ quality }) => format.percent(quality),
      },
      {
        id: 'cost',
        header: t('costHelp'),
        align: 'end',
        sortBy: ({ cost }) => (cost === null ? null : Number(cost)),
        cell: ({ cost, refused }) =>
          cost === null ? (
            <span className="text-soft">{t(REFUSALS[refused ?? 'no_price'])}</span>
          ) : (
            format.money(1000 * Number(cost))
          ),
      },
      {
        id: 'basis',
        header: t('basis'),
        cell: ({ basis, source }) => <span title={source}>{t(BASES[basis])}</span>,
      },
      {
        id: 'answers',
        header: t('answers'),
        sortBy: ({ answers_seen: count }) => -count,
        cell: ({ cost, answers_seen: count, kinds_seen: kinds }) =>
          cost === null ? null : count === 0 ? (
            <span className="text-soft">{t('answersUsual')}</span>
          ) : (
            <span title={format.list(kinds.map((one) => kind(one)))}>{t('answersSeen', { count })}</span>
          ),
      },
      {
        id: 'first',
        header: t('firstFor'),
        sortBy: ({ first_for: kinds }) => -kinds.length,
        cell: ({ first_for: kinds }) => {
          if (kinds.length === 0) return <span className="text-soft">{t('nothing')}</span>
          if (kinds.length === all) return t('allKinds')
          const names = kinds.map((one) => kind(one))
          if (names.length <= KINDS_NAMED + 1) return format.list(names)
          const named = names.slice(0, KINDS_NAMED).join(', ')
          return (
            <span title={format.list(names)}>
              {t('more', { kinds: named, count: format.number(names.length - KINDS_NAMED) })}
            </span>
          )
        },
      },
    ],
    [t, kind, format, pool.baseline, all],
  )
  const rest = sorted.length - SHOWN_AT_FIRST
  return (
    <div className="-mx-4">
      <DataTable
        label={t('members', { id: pool.id })}
        columns={columns}
        rows={showsAll ? sorted : sorted.slice(0, SHOWN_AT_FIRST)}
        rowKey={({ id }) => id}
        isFaint={({ cost }) => cost === null}
        empty={null}
      />
      {!showsAll && rest > 0 && (
        <div className="px-4 pt-3">
          <Button size="sm" onClick={() => setShowsAll(true)}>
            {t('showAll', { count: rest })}
          </Button>
        </div>
      )}
    </div>
  )
}
