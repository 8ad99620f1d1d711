import { useMutation } from '@tanstack/react-query'
import { Eye, EyeOff } from 'lucide-react'
import { callApi } from '../../../api/client.ts'
import { ProofDeclinedError } from '../../../api/errors.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { Button } from '../../../ui/button.tsx'
import { Card } from '../../../ui/card.tsx'
import { CodeBlock, CopyButton } from '../../../ui/copy.tsx'
import { Notice } from '../../../ui/notice.tsx'
import { useErrorText } from '../../../ui/states.tsx'
import { notificationsMessages } from '../messages/notifications.ts'

const HEADERS = `webhook-id: ntc_...
webhook-timestamp: 1795240255
webhook-signature: v1,...`

/** How ours are told from others'. The key is fetched when somebody wants to see it, and kept nowhere. */
export function WebhookKeyCard({ accountId }: { readonly accountId: string }) {
  const t = useMessages(notificationsMessages)
  const explain = useErrorText()
  const key = useMutation({ mutationFn: async () => (await callApi('getWalletWebhookKey', {})).value, gcTime: 0 })
  const isShown = key.data !== undefined
  const failure = key.error instanceof ProofDeclinedError ? null : key.error
  const Icon = isShown ? EyeOff : Eye
  return (
    <Card
      title={t('key')}
      description={t('keyText')}
      actions={
        <Button
          busy={key.isPending}
          icon={<Icon aria-hidden className="size-4" />}
          onClick={() => (isShown ? key.reset() : key.mutate())}
        >
          {isShown ? t('keyHide') : t('keyShow')}
        </Button>
      }
    >
      <div className="flex min-w-0 flex-col gap-4">
        {failure !== null && (
          <Notice tone="bad" title={explain(failure).title}>
            {explain(failure).detail !== null && <span lang="en">{explain(failure).detail}</span>}
          </Notice>
        )}
        {key.data !== undefined && (
          <div className="flex flex-col gap-2">
            <p
              aria-label={t('keyLabel')}
              role="group"
              className="flex items-center justify-between gap-2 rounded-md border border-line bg-sunken py-1 pr-1 pl-3"
            >
              <code className="min-w-0 font-mono text-sm break-all">{key.data}</code>
              <CopyButton small text={key.data} label={t('keyLabel')} />
            </p>
            <p className="text-sm text-warn">{t('keyWarn')}</p>
          </div>
        )}
        <p className="text-soft">
          {t.rich('keyHow', { code: (inner) => <code className="font-mono text-[0.92em] text-ink">{inner}</code> })}
        </p>
        <div className="grid min-w-0 gap-4 xl:grid-cols-2">
          <CodeBlock title={t('message')} label={t('message')} code={messageOf(accountId)} />
          <CodeBlock title={t('headers')} label={t('headers')} code={HEADERS} />
        </div>
      </div>
    </Card>
  )
}

function messageOf(account: string): string {
  const data = { account, balance: '4.980000000', threshold: '5.000000000' }
  return JSON.stringify({ type: 'wallet.low_balance', timestamp: '2026-11-21T09:30:55.000Z', data }, null, 2)
}
