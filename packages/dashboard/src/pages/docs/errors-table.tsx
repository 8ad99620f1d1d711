import { ERROR_TABLE, type ErrorCode } from 'fairlead/core/errors.ts'
import { usePreferences } from '../../app/preferences.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Code } from '../../ui/copy.tsx'
import { PlainTable } from '../../ui/plain-table.tsx'
import type { TableColumn } from '../../ui/table-row.tsx'
import { docsMessages } from './messages/docs.ts'
import { ERROR_WORDS } from './messages/errors.ts'

interface Row {
  readonly code: ErrorCode
  readonly status: number
  readonly meaning: string
  readonly fix: string
}

const CODES = (Object.keys(ERROR_TABLE) as ErrorCode[]).toSorted(
  (one, other) => ERROR_TABLE[one].status - ERROR_TABLE[other].status,
)

/** The very table that the gateway answers by. */
export function ErrorsTable() {
  const t = useMessages(docsMessages)
  const { language } = usePreferences()
  const rows = CODES.map((code): Row => {
    const { status } = ERROR_TABLE[code]
    const { meaning, fix } = language === 'en' ? ERROR_TABLE[code] : ERROR_WORDS[language][code]
    return { code, status, meaning, fix }
  })
  const columns: readonly TableColumn<Row>[] = [
    { id: 'status', header: t('status'), cell: ({ status }) => <span className="tabular font-medium">{status}</span> },
    {
      id: 'code',
      header: t('code'),
      cell: ({ code }) => <Code>{code}</Code>,
      onPhone: 'title',
      className: 'sm:whitespace-nowrap',
    },
    { id: 'meaning', header: t('meaning'), cell: ({ meaning }) => meaning },
    { id: 'fix', header: t('fix'), cell: ({ fix }) => fix },
  ]
  return <PlainTable label={t('errors')} columns={columns} rows={rows} rowKey={({ code }) => code} />
}
