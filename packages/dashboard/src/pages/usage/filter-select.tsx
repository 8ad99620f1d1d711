import { cx } from '../../ui/cx.ts'
import { type Option, Select } from '../../ui/select.tsx'

interface FilterSelectProps<Value extends string> {
  readonly label: string
  /** Tailwind's: `sm:w-40`. On a phone two stand side by side. */
  readonly width: string
  readonly value: Value
  readonly onChange: (value: Value) => void
  readonly options: readonly Option<Value>[]
}

/** A filter above a list, as wide as what it offers. */
export function FilterSelect<Value extends string>({ label, width, ...rest }: FilterSelectProps<Value>) {
  return (
    <span className={cx('w-[calc(50%-0.25rem)] min-w-0', width)}>
      <Select aria-label={label} {...rest} />
    </span>
  )
}
