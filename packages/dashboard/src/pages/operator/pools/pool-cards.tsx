// The pools that `auto` picks from: who is in them, how good and how dear each is, and where the knob stands on the curve.
import { useApi } from '../../../api/hooks.ts'
import type { Reply } from '../../../api/client.ts'
import { useFormatter } from '../../../format/use-formatter.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { Card, Stat } from '../../../ui/card.tsx'
import { Notice } from '../../../ui/notice.tsx'
import { Loaded } from '../../../ui/states.tsx'
import { poolMessages } from '../messages/pools.ts'
import { PoolCurve } from './pool-curve.tsx'
import { PoolMembers } from './pool-members.tsx'

export type Pool = Reply<'listAutoPools'>['data'][number]

export function PoolCards() {
  const pools = useApi('listAutoPools', {}, { account: null })
  return (
    <div className="flex flex-col gap-5 pt-4">
      <Loaded query={pools}>{({ data }) => data.map((pool) => <PoolCard key={pool.id} pool={pool} />)}</Loaded>
    </div>
  )
}

function PoolCard({ pool }: { readonly pool: Pool }) {
  const t = useMessages(poolMessages)
  const format = useFormatter()
  const { id, members, groups, now } = pool
  const what = pool.every_model ? t('everyModel', { id }) : t('listed', { id, count: members.length })
  return (
    <Card
      title={t('title', { id })}
      description={groups.length === 0 ? what : `${what} ${t('forGroups', { groups: format.list(groups) })}`}
    >
      <div className="flex flex-col gap-5">
        <div className="flex flex-col gap-4 sm:flex-row sm:flex-wrap sm:gap-x-12">
          <Stat label={t('knob')} value={format.number(pool.tradeoff)} note={t('knobHelp')} />
          <Stat label={t('floor')} value={format.percent(pool.min_quality)} note={t('floorHelp')} />
          {pool.baseline !== null && (
            <Stat
              label={t('baseline')}
              value={pool.baseline}
              note={pool.baseline_configured ? t('baselineConfigured') : t('baselineBest')}
            />
          )}
          {pool.max_cost !== null && <Stat label={t('maxCost')} value={format.money(pool.max_cost)} />}
          {pool.control_share > 0 && (
            <Stat label={t('controlShare')} value={format.percent(pool.control_share)} note={t('controlHelp')} />
          )}
        </div>
        {now === null ? <Notice tone="warn">{t('empty')}</Notice> : <PoolCurve pool={pool} now={now} />}
        {members.length > 0 && <PoolMembers pool={pool} />}
        <p className="text-sm text-soft">
          {t('reckoned', { tokens: format.number(pool.input_tokens) })}{' '}
          {t('presets', {
            list: format.list(
              pool.presets.map((preset) =>
                t('preset', {
                  id: preset.id,
                  tradeoff: format.number(preset.tradeoff),
                  floor: format.percent(preset.min_quality),
                }),
              ),
            ),
          })}
        </p>
      </div>
    </Card>
  )
}
