import { Dialog as Base } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useMessages } from '../i18n/use-messages.ts'
import { Button, IconButton } from './button.tsx'
import { cx } from './cx.ts'
import { TextField } from './field.tsx'
import { uiMessages } from './messages/ui.ts'
import { Notice } from './notice.tsx'
import { useErrorText } from './states.tsx'

interface DialogProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly title: ReactNode
  readonly description?: ReactNode
  readonly children?: ReactNode
  /** Stands still below what scrolls. */
  readonly footer?: ReactNode
  readonly size?: 'sm' | 'md' | 'lg'
  /** From the right edge, for details beside a list. */
  readonly side?: boolean
  /** It cannot be left by pressing beside it: something would be lost. */
  readonly firm?: boolean
}

const WIDTHS = { sm: 'sm:max-w-md', md: 'sm:max-w-xl', lg: 'sm:max-w-3xl' }

export function Dialog({
  open,
  onClose,
  title,
  description,
  children,
  footer,
  size = 'sm',
  side = false,
  firm = false,
}: DialogProps) {
  const t = useMessages(uiMessages)
  const place = side
    ? 'inset-y-0 right-0 h-dvh w-full sm:max-w-2xl sm:border-l border-line'
    : cx(
        'inset-x-0 bottom-0 max-h-[92dvh] w-full rounded-t-lg sm:inset-auto sm:top-1/2 sm:left-1/2 sm:max-h-[86dvh] sm:-translate-x-1/2 sm:-translate-y-1/2 sm:rounded-lg',
        WIDTHS[size],
      )
  return (
    <Base.Root
      open={open}
      onOpenChange={(next) => {
        if (!next) onClose()
      }}
      disablePointerDismissal={firm}
    >
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-shade transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Base.Popup
          className={cx(
            'fixed z-40 flex flex-col bg-raised shadow-over outline-none transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0',
            place,
          )}
        >
          <div className="flex items-start justify-between gap-3 px-5 pt-4 pb-3">
            <div className="min-w-0">
              <Base.Title className="text-lg font-semibold">{title}</Base.Title>
              {description !== undefined && (
                <Base.Description className="mt-1 text-base text-soft">{description}</Base.Description>
              )}
            </div>
            <Base.Close
              render={
                <IconButton label={t('close')} size="sm" className="-mr-1.5">
                  <X aria-hidden className="size-4" />
                </IconButton>
              }
            />
          </div>
          <div className="min-h-0 flex-1 overflow-y-auto px-5 pb-5">{children}</div>
          {footer !== undefined && (
            <div className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">{footer}</div>
          )}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}

interface FormDialogProps extends Omit<DialogProps, 'footer'> {
  /** What the button says: what will happen. */
  readonly submit: string
  readonly onSubmit: () => void
  readonly busy: boolean
  readonly error: Error | null
  readonly tone?: 'primary' | 'danger'
  readonly disabled?: boolean
}

/** A form in a dialog: what failed stands in it, and what was typed stays. */
export function FormDialog({
  submit,
  onSubmit,
  busy,
  error,
  tone = 'primary',
  disabled = false,
  children,
  ...rest
}: FormDialogProps) {
  const t = useMessages(uiMessages)
  const explain = useErrorText()
  const send = (event: FormEvent): void => {
    event.preventDefault()
    onSubmit()
  }
  return (
    <Dialog {...rest} firm>
      <form noValidate onSubmit={send} className="flex flex-col gap-4">
        {children}
        {error !== null && (
          <Notice tone="bad" title={explain(error).title}>
            {explain(error).detail !== null && <span lang="en">{explain(error).detail}</span>}
          </Notice>
        )}
        <div className="mt-1 flex flex-wrap justify-end gap-2">
          <Button onClick={rest.onClose}>{t('cancel')}</Button>
          <Button type="submit" tone={tone} busy={busy} disabled={disabled}>
            {submit}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

interface ConfirmProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly title: ReactNode
  /** What will happen, to what, and whether it can be undone. */
  readonly children: ReactNode
  readonly confirm: string
  readonly onConfirm: () => void
  readonly busy: boolean
  readonly error: Error | null
  /** Has to be typed first: for what cannot be undone. */
  readonly word?: string
}

/** Before something is destroyed. */
export function ConfirmDialog({ word, children, confirm, onConfirm, busy, error, ...rest }: ConfirmProps) {
  const t = useMessages(uiMessages)
  const [typed, setTyped] = useState('')
  return (
    <FormDialog
      {...rest}
      submit={confirm}
      onSubmit={onConfirm}
      busy={busy}
      error={error}
      tone="danger"
      disabled={word !== undefined && typed !== word}
    >
      <div className="text-soft">{children}</div>
      {word !== undefined && (
        <TextField
          label={t('typeToConfirm', { word })}
          value={typed}
          onChange={setTyped}
          autoComplete="off"
          spellCheck={false}
        />
      )}
    </FormDialog>
  )
}
