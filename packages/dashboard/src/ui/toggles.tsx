import { Checkbox as BaseCheckbox } from '@base-ui/react/checkbox'
import { Switch as BaseSwitch } from '@base-ui/react/switch'
import { Toggle } from '@base-ui/react/toggle'
import { ToggleGroup } from '@base-ui/react/toggle-group'
import { Check } from 'lucide-react'
import { type ReactNode, useId } from 'react'
import { cx } from './cx.ts'

interface BooleanProps {
  readonly label: ReactNode
  readonly help?: ReactNode
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
  readonly disabled?: boolean
  readonly className?: string
}

export function Checkbox({ label, help, checked, onChange, disabled = false, className }: BooleanProps) {
  const id = useId()
  return (
    <div className={cx('flex items-start gap-2', className)}>
      <BaseCheckbox.Root
        id={id}
        checked={checked}
        onCheckedChange={onChange}
        disabled={disabled}
        aria-describedby={help === undefined ? undefined : `${id}-help`}
        className="mt-0.5 flex size-4 shrink-0 items-center justify-center rounded-sm border border-line-strong bg-surface data-checked:border-accent data-checked:bg-accent data-disabled:opacity-55"
      >
        <BaseCheckbox.Indicator className="text-accent-ink">
          <Check aria-hidden className="size-3" strokeWidth={3} />
        </BaseCheckbox.Indicator>
      </BaseCheckbox.Root>
      <label htmlFor={id} className="min-w-0 text-base">
        {label}
        {help !== undefined && (
          <span id={`${id}-help`} className="block text-sm text-soft">
            {help}
          </span>
        )}
      </label>
    </div>
  )
}

/** Takes effect at once. In a form that is sent, a checkbox is the right one. */
export function Switch({ label, help, checked, onChange, disabled = false, className }: BooleanProps) {
  const id = useId()
  return (
    <div className={cx('flex items-start justify-between gap-4', className)}>
      <label htmlFor={id} className="min-w-0 text-base">
        {label}
        {help !== undefined && (
          <span id={`${id}-help`} className="block text-sm text-soft">
            {help}
          </span>
        )}
      </label>
      <BaseSwitch.Root
        id={id}
        checked={checked}
        onCheckedChange={onChange}
        disabled={disabled}
        aria-describedby={help === undefined ? undefined : `${id}-help`}
        className="flex h-5 w-9 shrink-0 items-center rounded-full border border-line-strong bg-line-strong/40 p-px transition-colors data-checked:border-accent data-checked:bg-accent data-disabled:opacity-55"
      >
        <BaseSwitch.Thumb className="size-4 rounded-full bg-white transition-transform data-checked:translate-x-4" />
      </BaseSwitch.Root>
    </div>
  )
}

interface SegmentsProps<Value extends string> {
  readonly label: string
  readonly value: Value
  readonly onChange: (value: Value) => void
  readonly options: readonly { readonly value: Value; readonly label: ReactNode }[]
  readonly size?: 'sm' | 'md'
  readonly className?: string
}

/** A choice of few, all of them seen: periods, units. */
export function Segments<Value extends string>({
  label,
  value,
  onChange,
  options,
  size = 'md',
  className,
}: SegmentsProps<Value>) {
  return (
    <ToggleGroup
      aria-label={label}
      value={[value]}
      onValueChange={([next]) => {
        if (next !== undefined) onChange(next)
      }}
      className={cx('inline-flex max-w-full overflow-x-auto rounded-md border border-line bg-sunken p-0.5', className)}
    >
      {options.map((option) => (
        <Toggle
          key={option.value}
          value={option.value}
          className={cx(
            'rounded-sm px-2.5 font-medium whitespace-nowrap text-soft transition-colors hover:text-ink data-pressed:bg-raised data-pressed:text-ink data-pressed:shadow-raised',
            size === 'sm' ? 'h-6 text-sm' : 'h-7 text-base',
          )}
        >
          {option.label}
        </Toggle>
      ))}
    </ToggleGroup>
  )
}
