import { ImagePlus, Send, Square, X } from 'lucide-react'
import { type ChangeEvent, type KeyboardEvent, useRef, useState } from 'react'
import { useFormatter } from '../../format/use-formatter.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { playgroundMessages } from './messages.ts'
import type { UserTurn } from './thread.ts'

const MOST_IMAGE_BYTES = 8_000_000
const IMAGE_TYPES = ['image/png', 'image/jpeg', 'image/webp', 'image/gif']

interface ComposerProps {
  readonly isRunning: boolean
  readonly disabled: boolean
  readonly onAsk: (turn: UserTurn) => void
  readonly onStop: () => void
}

export function Composer({ isRunning, disabled, onAsk, onStop }: ComposerProps) {
  const t = useMessages(playgroundMessages)
  const format = useFormatter()
  const [text, setText] = useState('')
  const [image, setImage] = useState<string | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const file = useRef<HTMLInputElement>(null)
  const canSend = !disabled && !isRunning && (text.trim() !== '' || image !== null)

  const ask = (): void => {
    if (!canSend) return
    onAsk({ by: 'user', text: text.trim(), image })
    setText('')
    setImage(null)
  }
  const onKey = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    // While characters are composed (Chinese, Vietnamese), Enter takes the word.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    ask()
  }
  const onFile = (event: ChangeEvent<HTMLInputElement>): void => {
    const chosen = event.target.files?.[0]
    event.target.value = ''
    if (chosen === undefined) return
    if (!IMAGE_TYPES.includes(chosen.type)) return setProblem(t('imageWrong'))
    if (chosen.size > MOST_IMAGE_BYTES) return setProblem(t('imageTooLarge', { size: format.bytes(MOST_IMAGE_BYTES) }))
    setProblem(null)
    const reader = new FileReader()
    reader.addEventListener('load', () => setImage(typeof reader.result === 'string' ? reader.result : null))
    reader.readAsDataURL(chosen)
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        ask()
      }}
      className="rounded-lg border border-line bg-surface p-3 focus-within:border-line-strong"
    >
      {image !== null && (
        <div className="mb-2 flex items-start gap-1">
          <img src={image} alt={t('image')} className="max-h-24 rounded-md border border-line" />
          <IconButton label={t('removeImage')} size="sm" onClick={() => setImage(null)}>
            <X aria-hidden className="size-3.5" />
          </IconButton>
        </div>
      )}
      <textarea
        aria-label={t('message')}
        placeholder={t('placeholder')}
        rows={3}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKey}
        className="block w-full resize-y bg-transparent text-base outline-none"
      />
      {problem !== null && (
        <p role="alert" className="mt-1 text-sm text-bad">
          {problem}
        </p>
      )}
      <div className="mt-2 flex items-center justify-between gap-3">
        <div className="flex min-w-0 items-center gap-2">
          <input
            ref={file}
            type="file"
            accept={IMAGE_TYPES.join(',')}
            onChange={onFile}
            className="sr-only"
            tabIndex={-1}
            aria-label={t('attach')}
          />
          <IconButton label={t('attach')} onClick={() => file.current?.click()}>
            <ImagePlus aria-hidden className="size-4" />
          </IconButton>
          <span className="truncate text-sm text-soft max-sm:hidden">{t('sendHint')}</span>
        </div>
        {isRunning ? (
          <Button icon={<Square aria-hidden className="size-3.5" />} onClick={onStop}>
            {t('stop')}
          </Button>
        ) : (
          <Button type="submit" tone="primary" disabled={!canSend} icon={<Send aria-hidden className="size-4" />}>
            {t('send')}
          </Button>
        )}
      </div>
    </form>
  )
}
