import { useMemo } from 'react'
import type { Reply } from '../../../api/client.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { Code } from '../../../ui/copy.tsx'
import { type Column, DataTable } from '../../../ui/data-table.tsx'
import { systemMessages } from '../messages/system.ts'

type Change = Reply<'tryConfig'>['changes'][number]

/** Before and after, by path. */
export function ConfigChanges({ changes }: { readonly changes: readonly Change[] }) {
  const t = useMessages(systemMessages)
  const columns = useMemo(
    (): Column<Change>[] => [
      { id: 'setting', header: t('setting'), onPhone: 'title', cell: ({ path }) => <Code>{path}</Code> },
      {
        id: 'before',
        header: t('before'),
        cell: ({ before }) => <Value value={before} absent={t('absent')} tone="text-bad" />,
      },
      {
        id: 'after',
        header: t('after'),
        cell: ({ after }) => <Value value={after} absent={t('absent')} tone="text-good" />,
      },
    ],
    [t],
  )
  return <DataTable label={t('changes')} columns={columns} rows={changes} rowKey={({ path }) => path} empty={null} />
}

interface ValueProps {
  readonly value: unknown
  readonly absent: string
  readonly tone: string
}

function Value({ value, absent, tone }: ValueProps) {
  if (value === undefined) return <span className="text-soft">{absent}</span>
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return <span className={`font-mono text-sm break-all ${tone}`}>{text === '' ? '""' : text}</span>
}
