import { createLink, type LinkComponent } from '@tanstack/react-router'
import { LoaderCircle } from 'lucide-react'
import type { AnchorHTMLAttributes, ButtonHTMLAttributes, ReactNode, Ref } from 'react'
import { cx } from './cx.ts'

export type ButtonTone = 'primary' | 'plain' | 'quiet' | 'danger'
export type ButtonSize = 'sm' | 'md' | 'lg'

const TONES: Readonly<Record<ButtonTone, string>> = {
  primary: 'bg-accent text-accent-ink hover:bg-accent-hover border-transparent',
  plain: 'bg-surface text-ink hover:bg-hover border-line-strong/60',
  quiet: 'bg-transparent text-ink hover:bg-hover border-transparent',
  danger: 'bg-bad-solid text-white hover:opacity-90 border-transparent',
}
const SIZES: Readonly<Record<ButtonSize, string>> = {
  sm: 'h-7 px-2 text-sm gap-1',
  md: 'h-9 px-3 text-base gap-1.5',
  lg: 'h-11 px-4 text-lg gap-2',
}
const BASE =
  'inline-flex shrink-0 items-center justify-center rounded-md border font-medium whitespace-nowrap select-none transition-colors disabled:opacity-55 disabled:cursor-not-allowed aria-disabled:opacity-55 [&>svg]:shrink-0'

export function buttonClass(tone: ButtonTone = 'plain', size: ButtonSize = 'md', extra?: string): string {
  return cx(BASE, TONES[tone], SIZES[size], extra)
}

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly tone?: ButtonTone
  readonly size?: ButtonSize
  /** Under way: it cannot be pressed again, and says so. */
  readonly busy?: boolean
  readonly icon?: ReactNode
  readonly ref?: Ref<HTMLButtonElement>
}

export function Button({
  tone,
  size,
  busy = false,
  icon,
  className,
  children,
  disabled,
  type = 'button',
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      disabled={disabled === true || busy}
      aria-busy={busy || undefined}
      className={buttonClass(tone, size, className)}
    >
      {busy ? <LoaderCircle aria-hidden className="size-4 animate-spin" /> : icon}
      {children}
    </button>
  )
}

interface IconButtonProps extends Omit<ButtonProps, 'children' | 'icon'> {
  /** What it does, in words: it has none to be seen. */
  readonly label: string
  readonly children: ReactNode
}

export function IconButton({ label, tone = 'quiet', size = 'md', className, children, ...rest }: IconButtonProps) {
  const square = { sm: 'w-7 px-0!', md: 'w-9 px-0!', lg: 'w-11 px-0!' }[size]
  return (
    <Button
      {...rest}
      tone={tone}
      size={size}
      aria-label={label}
      title={label}
      className={cx(square, 'max-sm:size-10', className)}
    >
      {children}
    </Button>
  )
}

interface AnchorProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  readonly tone?: ButtonTone
  readonly size?: ButtonSize
  readonly icon?: ReactNode
  readonly ref?: Ref<HTMLAnchorElement>
}

function Anchor({ tone, size, icon, className, children, ...rest }: AnchorProps) {
  return (
    <a {...rest} className={buttonClass(tone, size, className)}>
      {icon}
      {children}
    </a>
  )
}

const RouterLink = createLink(Anchor)

/** A link of ours that looks like a button. */
export const ButtonLink: LinkComponent<typeof Anchor> = (props) => <RouterLink {...props} />
