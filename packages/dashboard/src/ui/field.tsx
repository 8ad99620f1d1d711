// Fields of forms: a label, a control, help, and what is wrong with it. The control is tied to all three by ids.
import { type ComponentProps, type ReactNode, useId } from 'react'
import { useMessages } from '../i18n/use-messages.ts'
import { cx } from './cx.ts'
import { uiMessages } from './messages/ui.ts'

const CONTROL =
  'w-full min-w-0 rounded-md border border-line-strong/70 bg-surface px-2.5 text-base text-ink transition-colors hover:border-line-strong disabled:opacity-60 aria-invalid:border-bad focus-visible:outline-offset-0'
export const controlClass = cx(CONTROL, 'h-9')

interface FieldProps {
  readonly label: ReactNode
  readonly help?: ReactNode
  /** Shown in place of nothing: empty or undefined = all is well. */
  readonly error?: string | undefined
  /** Says so beside the label. */
  readonly optional?: boolean
  readonly className?: string
  readonly children: (control: ControlIds) => ReactNode
}

export interface ControlIds {
  readonly id: string
  readonly 'aria-describedby': string | undefined
  readonly 'aria-invalid': true | undefined
}

export function Field({ label, help, error, optional = false, className, children }: FieldProps) {
  const t = useMessages(uiMessages)
  const id = useId()
  const isWrong = error !== undefined && error !== ''
  const described = [help === undefined ? '' : `${id}-help`, isWrong ? `${id}-error` : ''].filter(Boolean).join(' ')
  return (
    <div className={cx('flex min-w-0 flex-col gap-1', className)}>
      <label htmlFor={id} className="text-sm font-medium">
        {label}
        {optional && <span className="ml-1.5 font-normal text-soft">{t('optional')}</span>}
      </label>
      {children({ id, 'aria-describedby': described || undefined, 'aria-invalid': isWrong || undefined })}
      {isWrong && (
        <p id={`${id}-error`} role="alert" className="text-sm text-bad">
          {error}
        </p>
      )}
      {help !== undefined && (
        <p id={`${id}-help`} className="text-sm text-soft">
          {help}
        </p>
      )}
    </div>
  )
}

type Shared = Omit<FieldProps, 'children'>

interface TextFieldProps extends Shared, Omit<ComponentProps<'input'>, 'className' | 'onChange'> {
  readonly value: string
  readonly onChange: (value: string) => void
  /** In front of the text: `$`. */
  readonly before?: string
  readonly after?: ReactNode
}

export function TextField({
  label,
  help,
  error,
  optional,
  className,
  value,
  onChange,
  before,
  after,
  ...rest
}: TextFieldProps) {
  return (
    <Field {...defined({ label, help, error, optional, className })}>
      {(ids) => (
        <span className="relative flex items-center">
          {before !== undefined && (
            <span aria-hidden className="pointer-events-none absolute left-2.5 text-soft">
              {before}
            </span>
          )}
          <input
            {...rest}
            {...ids}
            value={value}
            onChange={(event) => onChange(event.target.value)}
            className={cx(controlClass, before !== undefined && 'pl-6', after !== undefined && 'pr-10')}
          />
          {after !== undefined && <span className="absolute right-1 flex items-center">{after}</span>}
        </span>
      )}
    </Field>
  )
}

/** An amount of US$, as people type it; empty and wrong ones are for the form to tell. */
export function MoneyField(props: Omit<TextFieldProps, 'before' | 'inputMode' | 'autoComplete'>) {
  return <TextField {...props} before="$" inputMode="decimal" autoComplete="off" />
}

interface TextAreaFieldProps extends Shared, Omit<ComponentProps<'textarea'>, 'className' | 'onChange'> {
  readonly value: string
  readonly onChange: (value: string) => void
}

export function TextAreaField({
  label,
  help,
  error,
  optional,
  className,
  value,
  onChange,
  ...rest
}: TextAreaFieldProps) {
  return (
    <Field {...defined({ label, help, error, optional, className })}>
      {(ids) => (
        <textarea
          rows={3}
          {...rest}
          {...ids}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          className={cx(CONTROL, 'py-2')}
        />
      )}
    </Field>
  )
}

/** Without the members that are undefined, which optional ones may not be. */
export function defined<Type extends object>(members: Type): { [Key in keyof Type]: Exclude<Type[Key], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never
}
