import type { Key } from '../../api/generated/operations.ts'
import { useFormatter } from '../../format/use-formatter.ts'
import { useNow } from '../../format/use-now.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Badge } from '../../ui/badge.tsx'
import { Meter } from '../../ui/meter.tsx'
import { Skeleton } from '../../ui/states.tsx'
import { LIMIT_NAMES, type LimitName, type Reset } from './key-values.ts'
import { keysMessages } from './messages.ts'

interface CellProps {
  readonly value: Key
}

export function KeyCell({ value }: CellProps) {
  const t = useMessages(keysMessages)
  const format = useFormatter()
  const {
    name,
    prefix,
    last4,
    revoked_at: revokedAt,
    expires_at: expiresAt,
    previous_expires_at: previousAt,
    scopes,
  } = value
  const nowSeconds = useNow() / 1000
  return (
    <span className="block min-w-0">
      <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <span className="font-medium break-words">{name}</span>
        {revokedAt !== null ? (
          <Badge>{t('revoked')}</Badge>
        ) : (
          expiresAt !== null && expiresAt <= nowSeconds && <Badge tone="bad">{t('expired')}</Badge>
        )}
        {revokedAt === null && scopes.includes('keys:manage') && <Badge tone="accent">{t('manages')}</Badge>}
        {previousAt !== null && previousAt > nowSeconds && (
          <Badge tone="warn">{t('rotating', { time: format.dateTime(previousAt) })}</Badge>
        )}
      </span>
      <span className="block font-mono text-sm text-soft">
        {prefix}…{last4}
      </span>
    </span>
  )
}

const RESET_WORDS = { day: 'perDay', week: 'perWeek', month: 'perMonth', never: 'inAll' } as const satisfies Record<
  Reset,
  string
>

export function BudgetCell({ value: { name, budget }, used }: CellProps & { readonly used: string | undefined }) {
  const t = useMessages(keysMessages)
  const format = useFormatter()
  if (budget === null) return <span className="text-soft">{t('noBudget')}</span>
  if (used === undefined) return <Skeleton className="h-4 w-32" />
  const text = t('budgetOf', { used: format.money(used), amount: format.money(budget.amount) })
  return (
    <span className="block min-w-36">
      <span className="tabular flex flex-wrap justify-between gap-x-2 text-sm">
        <span>{text}</span>
        <span className="text-soft">{t(RESET_WORDS[budget.reset])}</span>
      </span>
      <Meter
        className="mt-1"
        label={t('budgetUsed', { name })}
        text={text}
        share={Number(used) / Math.max(Number(budget.amount), Number.MIN_VALUE)}
      />
    </span>
  )
}

const LIMIT_WORDS = {
  rpm: 'rpmShort',
  tpm: 'tpmShort',
  concurrency: 'concurrencyShort',
  requests_per_day: 'dayShort',
  requests_per_month: 'monthShort',
} as const satisfies Record<LimitName, string>

export function LimitsCell({ value: { limits } }: CellProps) {
  const t = useMessages(keysMessages)
  const format = useFormatter()
  const shown = LIMIT_NAMES.flatMap((limit) => {
    const count = limits[limit]
    return count === undefined ? [] : [t(LIMIT_WORDS[limit], { count: format.numberShort(count) })]
  })
  if (shown.length === 0) return <span className="text-soft">{t('noLimits')}</span>
  return <span className="tabular">{shown.join(' · ')}</span>
}

export function LastUsedCell({ value: { last_used_at: at } }: CellProps) {
  const t = useMessages(keysMessages)
  const format = useFormatter()
  if (at === null) return <span className="text-soft">{t('neverUsed')}</span>
  return (
    <time dateTime={new Date(at * 1000).toISOString()} title={format.dateTimeExact(at)} className="whitespace-nowrap">
      {format.ago(at)}
    </time>
  )
}

export function ExpiryCell({ value: { expires_at: at } }: CellProps) {
  const t = useMessages(keysMessages)
  const format = useFormatter()
  if (at === null) return <span className="text-soft">{t('never')}</span>
  return (
    <time dateTime={new Date(at * 1000).toISOString()} title={format.dateTimeExact(at)} className="whitespace-nowrap">
      {format.date(at)}
    </time>
  )
}
