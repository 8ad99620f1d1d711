import { Select as Base } from '@base-ui/react/select'
import { Check, ChevronsUpDown } from 'lucide-react'
import type { ReactNode } from 'react'
import { cx } from './cx.ts'
import { type ControlIds, controlClass, defined, Field } from './field.tsx'

export interface Option<Value extends string = string> {
  readonly value: Value
  readonly label: string
  /** Below the label, in the list alone. */
  readonly note?: string
}

interface SelectProps<Value extends string> {
  readonly value: Value
  readonly onChange: (value: Value) => void
  readonly options: readonly Option<Value>[]
  readonly disabled?: boolean
  readonly className?: string
  /** What it chooses, where no label stands beside it. */
  readonly 'aria-label'?: string
  readonly ids?: ControlIds
}

export function Select<Value extends string>({
  value,
  onChange,
  options,
  disabled,
  className,
  ids,
  'aria-label': label,
}: SelectProps<Value>) {
  return (
    <Base.Root
      items={options.map(({ value: one, label: text }) => ({ value: one, label: text }))}
      value={value}
      onValueChange={(next) => {
        if (next !== null) onChange(next)
      }}
      disabled={disabled ?? false}
      modal={false}
    >
      <Base.Trigger
        {...ids}
        aria-label={label}
        className={cx(controlClass, 'flex items-center justify-between gap-2 text-left', className)}
      >
        <span className="truncate">
          <Base.Value />
        </span>
        <Base.Icon className="text-soft">
          <ChevronsUpDown aria-hidden className="size-3.5" />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} alignItemWithTrigger={false} className="z-50 outline-none">
          <Base.Popup className="popup max-h-[min(24rem,var(--available-height))] min-w-[var(--anchor-width)] overflow-y-auto p-1">
            {options.map((option) => (
              <Base.Item key={option.value} value={option.value} className="menu-item pr-2">
                <Base.ItemIndicator className="w-4 shrink-0">
                  <Check aria-hidden className="size-3.5" />
                </Base.ItemIndicator>
                <span className="min-w-0 [[data-selected]_&]:-ml-0 [:not([data-selected])>&]:pl-6">
                  <Base.ItemText>{option.label}</Base.ItemText>
                  {option.note !== undefined && <span className="block text-sm text-soft">{option.note}</span>}
                </span>
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

interface SelectFieldProps<Value extends string> extends Omit<SelectProps<Value>, 'ids' | 'aria-label'> {
  readonly label: ReactNode
  readonly help?: ReactNode
  readonly error?: string | undefined
  readonly optional?: boolean
}

export function SelectField<Value extends string>({
  label,
  help,
  error,
  optional,
  className,
  ...rest
}: SelectFieldProps<Value>) {
  return (
    <Field {...defined({ label, help, error, optional, className })}>{(ids) => <Select {...rest} ids={ids} />}</Field>
  )
}
