import type { Reply } from '../../../api/client.ts'
import { useFormatter } from '../../../format/use-formatter.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { Notice } from '../../../ui/notice.tsx'
import { providerTestMessages } from '../messages/provider-test.ts'

/** What came of a test call: the provider's own words, as text. */
export function TestResult({ result }: { readonly result: Reply<'testProvider'> }) {
  const t = useMessages(providerTestMessages)
  const format = useFormatter()
  const { ok, models, status, error, reply } = result
  const total = format.duration(result.total_ms)
  const times =
    result.connected_ms === null || result.first_byte_ms === null
      ? t('testTotal', { total })
      : t('testTimes', {
          connected: format.duration(result.connected_ms),
          first: format.duration(result.first_byte_ms),
          total,
        })
  const title = ok ? (models === null ? t('testOk') : t('testOkModels', { count: models.length })) : t('testFailed')
  return (
    <Notice tone={ok ? 'good' : 'bad'} title={title}>
      <p>
        {status !== null && `${t('testStatus', { status: String(status) })} · `}
        {times}
      </p>
      {error !== null && (
        <p lang="en" className="mt-1 font-mono text-sm break-words">
          {error}
        </p>
      )}
      {reply !== '' && (
        <p className="mt-1">
          {t('testReply')}: <q className="break-words">{reply}</q>
        </p>
      )}
    </Notice>
  )
}
