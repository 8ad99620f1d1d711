import { useApi } from '../../../api/hooks.ts'
import { useFormatter } from '../../../format/use-formatter.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Card } from '../../../ui/card.tsx'
import { Loaded } from '../../../ui/states.tsx'
import { systemMessages } from '../messages/system.ts'
import { ConfigChanges } from './config-changes.tsx'

const WHY = { start: 'whyStart', reload: 'whyReload', applied: 'whyApplied' } as const

export function ConfigVersions() {
  const t = useMessages(systemMessages)
  const format = useFormatter()
  const versions = useApi('listConfigVersions', {}, { account: null })
  return (
    <div className="flex flex-col gap-3 pt-5">
      <p className="text-soft">{t('versionsText')}</p>
      <Loaded query={versions}>
        {({ data }) =>
          data.map((version, index) => (
            <Card
              key={version.id}
              flush
              title={
                <span className="flex flex-wrap items-center gap-2">
                  {t('number', { number: String(version.number) })}
                  <Badge>{t(WHY[version.why])}</Badge>
                  {index === 0 && <Badge tone="accent">{t('current')}</Badge>}
                </span>
              }
              description={format.dateTimeExact(version.at)}
            >
              {version.changes.length > 0 && <ConfigChanges changes={version.changes} />}
            </Card>
          ))
        }
      </Loaded>
    </div>
  )
}
