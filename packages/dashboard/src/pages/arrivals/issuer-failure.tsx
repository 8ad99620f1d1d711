// Why the log-in at an issuer came to nothing. The address says it in codes; the words are ours.
import { ApiError } from '../../api/errors.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Code } from '../../ui/copy.tsx'
import { Notice } from '../../ui/notice.tsx'
import { useErrorText } from '../../ui/states.tsx'
import { issuerMessages } from './messages/issuer.ts'

interface IssuerFailureProps {
  /** Code of the gateway's error. */
  readonly code: string
  /** What it is about, where one code stands for several things. */
  readonly why: string | undefined
  /** What people call the issuer; '' = not known. */
  readonly title: string
}

export function IssuerFailure({ code, why, title }: IssuerFailureProps) {
  const t = useMessages(issuerMessages)
  const explain = useErrorText()
  const issuer = title || t('issuer')
  const reasons: Readonly<Record<string, string>> = {
    invitation: t('invitation'),
    email: t('email', { issuer }),
    operator: t('operator'),
    conflict: t('conflict', { issuer }),
    service_unavailable: t('away', { issuer }),
    invalid_api_key: t('refused', { issuer }),
  }
  const plain = new ApiError({ status: 0, code, message: '', param: null, retryAfterSeconds: null, requestId: null })
  return (
    <Notice tone="bad" title={t('failed', { issuer })}>
      <p>{reasons[why ?? ''] ?? reasons[code] ?? explain(plain).title}</p>
      <p className="mt-1">
        <Code>{code}</Code>
      </p>
    </Notice>
  )
}
