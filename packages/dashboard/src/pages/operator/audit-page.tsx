import { ScrollText } from 'lucide-react'
import { useCallback, useMemo, useState } from 'react'
import type { Input, Reply } from '../../api/client.ts'
import { useApi, usePages } from '../../api/hooks.ts'
import { useFormatter } from '../../format/use-formatter.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Button } from '../../ui/button.tsx'
import { Card, Details } from '../../ui/card.tsx'
import { Code } from '../../ui/copy.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import { Page } from '../../ui/page.tsx'
import { EmptyState, ErrorState } from '../../ui/states.tsx'
import { auditActionMessages } from './messages/audit-actions.ts'
import { auditMessages } from './messages/audit.ts'

type Entry = Reply<'listAudit'>['data'][number]
type Query = NonNullable<Input<'listAudit'>['query']>

interface Filter {
  readonly object: string
  readonly who: string
  readonly account: string
}

const EVERYTHING: Filter = { object: '', who: '', account: '' }

export function AuditPage() {
  const t = useMessages(auditMessages)
  const format = useFormatter()
  const nameOf = useActionName()
  const [draft, setDraft] = useState(EVERYTHING)
  const [filter, setFilter] = useState(EVERYTHING)
  const [shown, setShown] = useState<Entry | null>(null)
  const people = useApi('listPeople', { query: { limit: 1000 } }, { account: null })
  const names = useMemo(
    () => new Map(people.data?.data.map(({ id, name, email }) => [id, name || email])),
    [people.data],
  )
  const entries = usePages('listAudit', { query: queryOf(filter) }, { account: null })
  const columns = useMemo(
    (): Column<Entry>[] => [
      {
        id: 'what',
        header: t('what'),
        onPhone: 'title',
        cell: (entry) => (
          <button type="button" className="link text-left font-medium" onClick={() => setShown(entry)}>
            {nameOf(entry.action)}
          </button>
        ),
      },
      {
        id: 'when',
        header: t('when'),
        className: 'whitespace-nowrap',
        cell: ({ created_at: at }) => <span title={format.ago(at)}>{format.dateTimeExact(at)}</span>,
      },
      { id: 'who', header: t('who'), cell: (entry) => <Who entry={entry} names={names} /> },
      {
        id: 'object',
        header: t('object'),
        cell: ({ object_id: id }) => <span className="font-mono text-sm break-all">{id}</span>,
      },
      {
        id: 'account',
        header: t('account'),
        onPhone: 'hidden',
        cell: ({ account }) => <span className="font-mono text-sm break-all">{account || '–'}</span>,
      },
      { id: 'address', header: t('address'), cell: ({ address }) => address || t('commandLine') },
    ],
    [t, nameOf, format, names],
  )
  const isFiltered = filter !== EVERYTHING
  return (
    <Page title={t('title')} description={t('description')} width="wide">
      <form
        className="grid grid-cols-1 items-end gap-3 sm:grid-cols-[repeat(3,minmax(0,14rem))_auto]"
        onSubmit={(event) => {
          event.preventDefault()
          setFilter({ ...draft })
        }}
      >
        <TextField
          label={t('filterObject')}
          value={draft.object}
          onChange={(object) => setDraft({ ...draft, object })}
          autoComplete="off"
        />
        <TextField
          label={t('filterPerson')}
          value={draft.who}
          onChange={(who) => setDraft({ ...draft, who })}
          autoComplete="off"
        />
        <TextField
          label={t('filterAccount')}
          value={draft.account}
          onChange={(account) => setDraft({ ...draft, account })}
          autoComplete="off"
        />
        <div className="flex gap-2">
          <Button type="submit">{t('apply')}</Button>
          {isFiltered && (
            <Button
              tone="quiet"
              onClick={() => {
                setDraft(EVERYTHING)
                setFilter(EVERYTHING)
              }}
            >
              {t('clear')}
            </Button>
          )}
        </div>
      </form>
      <Card flush>
        {entries.error !== null && entries.entries.length === 0 ? (
          <ErrorState error={entries.error} retry={entries.retry} />
        ) : (
          <DataTable
            label={t('title')}
            columns={columns}
            rows={entries.entries}
            rowKey={({ id }) => id}
            isPending={entries.isPending}
            more={entries}
            empty={<EmptyState icon={<ScrollText />} title={isFiltered ? t('emptyFiltered') : t('empty')} />}
          />
        )}
      </Card>
      {shown !== null && <EntryDialog entry={shown} names={names} onClose={() => setShown(null)} />}
    </Page>
  )
}

function queryOf({ object, who, account }: Filter): Query {
  const text = who.trim()
  return {
    limit: 100,
    ...(object.trim() === '' ? {} : { object: object.trim() }),
    ...(text === '' ? {} : text.startsWith('per_') ? { person: text } : { actor: text }),
    ...(account.trim() === '' ? {} : { account: account.trim() }),
  }
}

/** In words; a code that this app has no words for stays as it is. */
function useActionName(): (action: Entry['action']) => string {
  const t = useMessages(auditActionMessages)
  return useCallback((action) => (action in auditActionMessages.texts.en ? t(action) : action), [t])
}

interface WhoProps {
  readonly entry: Entry
  readonly names: ReadonlyMap<string, string>
}

function Who({ entry: { person, actor }, names }: WhoProps) {
  const t = useMessages(auditMessages)
  if (person !== '') return <span className="break-words">{names.get(person) ?? person}</span>
  if (actor === 'master') return t('master')
  return actor === '' ? t('nobody') : <span className="font-mono text-sm break-all">{actor}</span>
}

function EntryDialog({ entry, names, onClose }: WhoProps & { readonly onClose: () => void }) {
  const t = useMessages(auditMessages)
  const nameOf = useActionName()
  const format = useFormatter()
  const fields = [...new Set([...Object.keys(entry.before ?? {}), ...Object.keys(entry.after ?? {})])].map((name) => ({
    name,
    before: entry.before?.[name],
    after: entry.after?.[name],
  }))
  const columns: Column<(typeof fields)[number]>[] = [
    { id: 'field', header: t('field'), onPhone: 'title', cell: ({ name }) => <Code>{name}</Code> },
    { id: 'before', header: t('before'), cell: ({ before }) => <Fact value={before} /> },
    { id: 'after', header: t('after'), cell: ({ after }) => <Fact value={after} /> },
  ]
  return (
    <Dialog
      open
      side
      onClose={onClose}
      title={nameOf(entry.action)}
      description={format.dateTimeExact(entry.created_at)}
    >
      <Details
        items={[
          { label: t('action'), value: <Code>{entry.action}</Code> },
          { label: t('who'), value: <Who entry={entry} names={names} /> },
          { label: t('object'), value: <Code>{entry.object_id || '–'}</Code> },
          { label: t('account'), value: entry.account === '' ? '–' : <Code>{entry.account}</Code> },
          { label: t('address'), value: entry.address || t('commandLine') },
          { label: t('agent'), value: entry.user_agent || '–' },
          { label: t('request'), value: entry.request_id === '' ? '–' : <Code>{entry.request_id}</Code> },
        ]}
      />
      <div className="mt-4 rounded-md border border-line">
        <DataTable
          label={t('details')}
          columns={columns}
          rows={fields}
          rowKey={({ name }) => name}
          empty={<p className="p-4 text-soft">{t('nothing')}</p>}
        />
      </div>
    </Dialog>
  )
}

function Fact({ value }: { readonly value: unknown }) {
  const t = useMessages(auditMessages)
  if (value === undefined || value === null) return <span className="text-soft">{t('absent')}</span>
  return (
    <span className="font-mono text-sm break-all">{typeof value === 'string' ? value : JSON.stringify(value)}</span>
  )
}
