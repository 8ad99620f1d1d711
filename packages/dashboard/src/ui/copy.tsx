import { Check, Copy } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useMessages } from '../i18n/use-messages.ts'
import { Button, type ButtonSize, type ButtonTone, IconButton } from './button.tsx'
import { cx } from './cx.ts'
import { uiMessages } from './messages/ui.ts'

const SHOWN_MS = 1_800

type CopyState = 'idle' | 'copied' | 'selected'

/** @returns what became of it, for a moment, and what copies */
function useCopy(): readonly [CopyState, (text: string, source?: HTMLElement | null) => void] {
  const [state, setState] = useState<CopyState>('idle')
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const copy = (text: string, source?: HTMLElement | null): void => {
    const show = (next: CopyState): void => {
      setState(next)
      clearTimeout(timer.current)
      timer.current = setTimeout(() => setState('idle'), SHOWN_MS)
    }
    copyText(text).then(
      () => show('copied'),
      () => {
        if (source != null) getSelection()?.selectAllChildren(source)
        show('selected')
      },
    )
  }
  return [state, copy]
}

async function copyText(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) {
    await navigator.clipboard.writeText(text)
    return
  }
  // Plain http off this machine has no clipboard; the old way still works there.
  const area = document.createElement('textarea')
  area.value = text
  area.setAttribute('aria-hidden', 'true')
  area.className = 'sr-only'
  document.body.append(area)
  area.select()
  const done = document.execCommand('copy')
  area.remove()
  if (!done) throw new Error('There is no clipboard.')
}

interface CopyButtonProps {
  readonly text: string
  /** What is copied, for those who do not see what it stands beside. */
  readonly label?: string
  readonly size?: ButtonSize
  readonly tone?: ButtonTone
  /** Only the sign, no word. */
  readonly small?: boolean
  readonly className?: string
}

export function CopyButton({ text, label, size = 'sm', tone = 'plain', small = false, className }: CopyButtonProps) {
  const t = useMessages(uiMessages)
  const [state, copy] = useCopy()
  const word = { idle: t('copy'), copied: t('copied'), selected: t('selected') }[state]
  const sign =
    state === 'copied' ? (
      <Check aria-hidden className="size-3.5 text-good" />
    ) : (
      <Copy aria-hidden className="size-3.5" />
    )
  const named = label === undefined ? word : `${word}: ${label}`
  if (small) {
    return (
      <IconButton
        label={named}
        size={size}
        onClick={() => copy(text)}
        {...(className === undefined ? {} : { className })}
      >
        {sign}
      </IconButton>
    )
  }
  return (
    <Button tone={tone} size={size} icon={sign} aria-label={named} onClick={() => copy(text)} className={className}>
      <span aria-live="polite">{word}</span>
    </Button>
  )
}

interface CodeProps {
  readonly code: string
  /** Above it: a file's name. */
  readonly title?: string
  readonly label?: string
  /** Breaks long lines instead of scrolling. */
  readonly wrap?: boolean
  readonly className?: string
}

/** Text for machines, with a button that copies it. */
export function CodeBlock({ code, title, label, wrap = false, className }: CodeProps) {
  return (
    <figure className={cx('m-0 min-w-0 overflow-hidden rounded-md border border-line bg-sunken', className)}>
      <figcaption className="flex min-h-9 items-center justify-between gap-2 border-b border-line py-1 pr-1.5 pl-3">
        <span className="truncate font-mono text-sm text-soft">{title}</span>
        <CopyButton text={code} tone="quiet" {...(label === undefined ? {} : { label })} />
      </figcaption>
      <pre
        tabIndex={0}
        className={cx(
          'm-0 overflow-x-auto px-3 py-2.5 font-mono text-sm leading-6',
          wrap && 'break-all whitespace-pre-wrap',
        )}
      >
        <code>{code}</code>
      </pre>
    </figure>
  )
}

/** A short text for machines, in a line. */
export function Code({ children, className }: { readonly children: string; readonly className?: string }) {
  return (
    <code className={cx('rounded-sm bg-sunken px-1 py-0.5 font-mono text-[0.92em] break-all', className)}>
      {children}
    </code>
  )
}
