import { ORIGIN } from '../../app/base.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Button } from '../../ui/button.tsx'
import { CodeBlock, CopyButton } from '../../ui/copy.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Notice } from '../../ui/notice.tsx'
import { keysMessages } from './messages.ts'

interface ShownKeyProps {
  readonly title: string
  /** The key itself. */
  readonly secret: string
  readonly onClose: () => void
}

/** The only time that a key is seen. */
export function ShownKey({ title, secret, onClose }: ShownKeyProps) {
  const t = useMessages(keysMessages)
  return (
    <Dialog
      open
      firm
      onClose={onClose}
      title={title}
      size="md"
      footer={
        <Button tone="primary" onClick={onClose}>
          {t('madeDone')}
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        <Notice tone="warn">{t('madeText')}</Notice>
        <div className="flex items-center gap-2 rounded-md border border-line bg-sunken py-1.5 pr-1.5 pl-3">
          <code data-testid="new-key" className="min-w-0 flex-1 font-mono text-base break-all">
            {secret}
          </code>
          <CopyButton text={secret} label={t('key')} size="md" />
        </div>
        <details>
          <summary className="cursor-pointer rounded-sm text-sm font-medium">{t('madeTry')}</summary>
          <CodeBlock
            className="mt-2"
            title="bash"
            wrap
            code={`curl ${ORIGIN}/v1/models -H "Authorization: Bearer ${secret}"`}
          />
        </details>
      </div>
    </Dialog>
  )
}
