import { RotateCw } from 'lucide-react'
import type { ReactNode } from 'react'
import { useFormatter } from '../../format/use-formatter.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Badge, type Tone } from '../../ui/badge.tsx'
import { IconButton } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Code } from '../../ui/copy.tsx'
import { type Health, type HealthState, useHealth } from './health.ts'
import { healthMessages } from './messages/health.ts'

const TONES: Readonly<Record<HealthState, Tone>> = {
  checking: 'neutral',
  operational: 'good',
  degraded: 'warn',
  down: 'bad',
  unknown: 'warn',
}

export function HealthCard() {
  const t = useMessages(healthMessages)
  const format = useFormatter()
  const [health, checkNow] = useHealth()
  const { state, reachable, latencyMs, version, uptimeMs, upstreams } = health
  const known = (value: string | null): ReactNode => value ?? <span className="text-soft">{t('notKnown')}</span>
  return (
    <Card
      title={t('title')}
      description={t('description')}
      actions={
        <IconButton label={t('checkNow')} size="sm" onClick={checkNow}>
          <RotateCw aria-hidden className="size-3.5" />
        </IconButton>
      }
    >
      <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1" role="status">
        <span className="font-medium">{t('gateway')}</span>
        <Badge tone={TONES[state]} dot>
          {t(state)}
        </Badge>
        <span className="text-soft">
          <Sentence health={health} />
        </span>
      </div>
      <dl className="mt-4 grid grid-cols-2 gap-x-4 gap-y-3 border-t border-line pt-3 lg:grid-cols-[repeat(4,minmax(0,1fr))_auto]">
        <Fact label={t('version')}>{known(version)}</Fact>
        <Fact label={t('uptime')}>
          {known(uptimeMs === null ? null : format.duration(Math.floor(uptimeMs / 1000) * 1000))}
        </Fact>
        <Fact label={t('latency')}>{known(latencyMs === null ? null : format.duration(latencyMs))}</Fact>
        <Fact label={t('upstreams')}>{known(upstreams === null ? null : t('upstreamsValue', upstreams))}</Fact>
        <Fact label={t('endpoint')}>
          {reachable === null ? known(null) : reachable ? t('reachable') : t('unreachable')}{' '}
          <span className="whitespace-nowrap">
            <Code>GET /api/status</Code>
          </span>
        </Fact>
      </dl>
    </Card>
  )
}

function Sentence({ health: { state, reason, upstreams } }: { readonly health: Health }) {
  const t = useMessages(healthMessages)
  if (state === 'degraded' && reason === 'upstreams' && upstreams !== null) {
    return upstreams.healthy === 0 ? t('noUpstreamText') : t('upstreamsText', upstreams)
  }
  const sentence = {
    checking: 'checkingText',
    operational: 'operationalText',
    degraded: 'databaseText',
    down: 'downText',
    unknown: 'unknownText',
  } as const
  return t(sentence[state])
}

function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-sm text-soft">{label}</dt>
      <dd className="tabular m-0 mt-0.5 break-words">{children}</dd>
    </div>
  )
}
