// Something that is shown this once. It cannot be left by a slip: who has not kept it has lost it.
import { Download } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useMessages } from '../../../i18n/use-messages.ts'
import { Button } from '../../../ui/button.tsx'
import { CopyButton } from '../../../ui/copy.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { Notice } from '../../../ui/notice.tsx'
import { Checkbox } from '../../../ui/toggles.tsx'
import { partsMessages } from '../messages/parts.ts'
import { saveText } from './save-text.ts'

interface SecretDialogProps {
  readonly title: string
  /** What it is for, and what happens to who loses it. */
  readonly warning: ReactNode
  /** What the button copies and the file holds. */
  readonly text: string
  /** Offered as a file under this name. */
  readonly fileName?: string
  readonly children: ReactNode
  readonly onClose: () => void
}

export function SecretDialog({ title, warning, text, fileName, children, onClose }: SecretDialogProps) {
  const t = useMessages(partsMessages)
  const [isKept, setKept] = useState(false)
  const [isHasty, setHasty] = useState(false)
  return (
    <Dialog
      open
      onClose={() => {
        if (isKept) onClose()
        else setHasty(true)
      }}
      title={title}
      size="md"
      firm
      footer={
        <Button tone="primary" disabled={!isKept} onClick={onClose}>
          {t('done')}
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        <Notice tone="warn">{warning}</Notice>
        {children}
        <div className="flex flex-wrap gap-2">
          <CopyButton text={text} label={title} size="md" />
          {fileName !== undefined && (
            <Button icon={<Download aria-hidden className="size-4" />} onClick={() => saveText(fileName, `${text}\n`)}>
              {t('download')}
            </Button>
          )}
        </div>
        <div>
          <Checkbox label={t('kept')} checked={isKept} onChange={setKept} />
          {isHasty && !isKept && (
            <p role="alert" className="mt-1 text-sm text-bad">
              {t('keepFirst')}
            </p>
          )}
        </div>
      </div>
    </Dialog>
  )
}
