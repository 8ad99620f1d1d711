import { useMemo } from 'react'
import type { Reply } from '../../../api/client.ts'
import { useApi } from '../../../api/hooks.ts'
import { useFormatter } from '../../../format/use-formatter.ts'
import type { PlainKey } from '../../../i18n/catalogue.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Card, Details } from '../../../ui/card.tsx'
import { Code } from '../../../ui/copy.tsx'
import { type Column, DataTable } from '../../../ui/data-table.tsx'
import { Notice } from '../../../ui/notice.tsx'
import { Loaded } from '../../../ui/states.tsx'
import { systemMessages } from '../messages/system.ts'

type System = Reply<'getSystem'>
type Instance = Reply<'listInstances'>['data'][number]

const REFRESH_MS = 10_000
const FOLDERS: Readonly<Record<System['folders'][number]['name'], PlainKey<typeof systemMessages>>> = {
  journal: 'folderJournal',
  backups: 'folderBackups',
  'config-history': 'folderConfigHistory',
  'database-log': 'folderDatabaseLog',
}

export function SystemState() {
  const system = useApi('getSystem', {}, { account: null, refetchIntervalMs: REFRESH_MS })
  return (
    <div className="flex flex-col gap-5 pt-5">
      <Loaded query={system}>{(data) => <Facts system={data} />}</Loaded>
      <Instances />
    </div>
  )
}

function Facts({ system }: { readonly system: System }) {
  const t = useMessages(systemMessages)
  const format = useFormatter()
  const { database, folders, queues, retention, invariants, workers } = system
  const at = (time: number | null): string => (time === null ? t('never') : format.ago(time))
  const kept = (days: number): string => (days === 0 ? t('keptForever') : t('keptDays', { count: days }))
  const count = (value: number | null): string => (value === null ? '–' : format.number(value))
  const isSound = invariants.violations.length === 0
  return (
    <>
      {!system.journal_is_well && <Notice tone="bad">{t('journalStuck')}</Notice>}
      {system.config_error !== null && (
        <Notice tone="warn" title={t('fileError')}>
          <span lang="en" className="font-mono text-sm whitespace-pre-wrap">
            {system.config_error}
          </span>
        </Notice>
      )}
      <div className="grid grid-cols-1 gap-5 lg:grid-cols-2">
        <Card title={t('gateway')}>
          <Details
            items={[
              { label: t('version'), value: system.version },
              { label: t('runtime'), value: `Node.js ${system.node}` },
              {
                label: t('runsSince'),
                value: `${format.dateTime(system.started_at)} (${format.ago(system.started_at)})`,
              },
              {
                label: t('workers'),
                value: t('workersText', {
                  ready: format.number(workers.ready),
                  configured: format.number(workers.configured),
                }),
              },
              { label: t('memory'), value: format.bytes(system.memory_bytes) },
              { label: t('accepting'), value: system.accepting ? t('yes') : t('no') },
              { label: t('redis'), value: system.redis ? t('configured') : t('notConfigured') },
            ]}
          />
        </Card>
        <Card title={t('invariants')} description={t('invariantsText')}>
          <p className="mb-3">
            <Badge tone={isSound ? 'good' : 'bad'} dot>
              {isSound ? t('invariantsGood') : t('invariantsBad', { count: invariants.violations.length })}
            </Badge>
          </p>
          <Details
            items={[
              { label: t('lastLook'), value: at(invariants.checked_at) },
              { label: t('lastFullLook'), value: at(invariants.fully_checked_at) },
              { label: t('looks'), value: format.number(invariants.looks) },
            ]}
          />
          {!isSound && (
            <ul lang="en" className="mt-3 mb-0 list-disc pl-5 text-sm">
              {invariants.violations.map(({ invariant, account, message }) => (
                <li key={`${invariant} ${account} ${message}`}>{`${invariant} ${account}: ${message}`}</li>
              ))}
            </ul>
          )}
        </Card>
        <Card title={t('storage')}>
          <Details
            items={[
              {
                label: t('database'),
                value: (
                  <span className="flex flex-col gap-0.5">
                    <span>
                      {database.kind === 'sqlite' ? 'SQLite' : 'PostgreSQL'},{' '}
                      {database.bytes === null ? t('databaseAway') : format.bytes(database.bytes)}
                    </span>
                    <span>
                      <Code>{database.name}</Code>
                    </span>
                  </span>
                ),
              },
              { label: t('schema'), value: count(database.schema_version) },
              ...folders.map(({ name, bytes, files }) => ({
                label: t(FOLDERS[name]),
                value: `${format.bytes(bytes)}, ${t('files', { count: files })}`,
              })),
            ]}
          />
        </Card>
        <div className="flex flex-col gap-5">
          <Card title={t('queues')}>
            <Details
              items={[
                { label: t('queueJournal'), value: format.bytes(queues.journal_bytes) },
                { label: t('queueNotices'), value: count(queues.notices) },
                { label: t('queueJobs'), value: count(queues.jobs) },
              ]}
            />
          </Card>
          <Card title={t('retention')}>
            <Details
              items={[
                { label: t('retentionRecords'), value: kept(retention.records_days) },
                { label: t('retentionHours'), value: kept(retention.hours_days) },
                { label: t('retentionDays'), value: kept(retention.days_days) },
              ]}
            />
          </Card>
        </div>
      </div>
    </>
  )
}

function Instances() {
  const t = useMessages(systemMessages)
  const format = useFormatter()
  const instances = useApi('listInstances', {}, { account: null, refetchIntervalMs: REFRESH_MS })
  const columns = useMemo(
    (): Column<Instance>[] => [
      {
        id: 'instance',
        header: t('instance'),
        onPhone: 'title',
        cell: ({ id, self }) => (
          <span className="flex flex-wrap items-center gap-2">
            <Code>{id}</Code>
            {self && <Badge tone="accent">{t('thisOne')}</Badge>}
          </span>
        ),
      },
      { id: 'host', header: t('host'), cell: ({ host, pid }) => `${host} · ${pid}` },
      { id: 'version', header: t('version'), cell: ({ version }) => version },
      { id: 'since', header: t('runsSince'), cell: ({ started_at: at }) => format.dateTime(at) },
      { id: 'seen', header: t('seen'), align: 'end', cell: ({ seen_at: at }) => format.ago(at) },
    ],
    [t, format],
  )
  return (
    <Card title={t('instances')} flush>
      <Loaded query={instances}>
        {({ data }) => (
          <DataTable label={t('instances')} columns={columns} rows={data} rowKey={({ id }) => id} empty={null} />
        )}
      </Loaded>
    </Card>
  )
}
