import { useMessages } from '../../../i18n/use-messages.ts'
import { TextField } from '../../../ui/field.tsx'
import { accountMessages } from '../messages/accounts.ts'

export const LIMITS = [
  ['rpm', 'rpm'],
  ['tpm', 'tpm'],
  ['concurrency', 'concurrency'],
  ['requests_per_day', 'requestsPerDay'],
  ['requests_per_month', 'requestsPerMonth'],
] as const
export type LimitName = (typeof LIMITS)[number][0]
export type LimitTexts = Readonly<Record<LimitName, string>>

export function textsOf(limits: Readonly<Partial<Record<LimitName, number | undefined>>>): LimitTexts {
  const text = (name: LimitName): string => String(limits[name] ?? '')
  return {
    rpm: text('rpm'),
    tpm: text('tpm'),
    concurrency: text('concurrency'),
    requests_per_day: text('requests_per_day'),
    requests_per_month: text('requests_per_month'),
  }
}

/** @returns figures, null for those that are empty; undefined when one of them is none */
export function limitsIn(texts: LimitTexts): Record<LimitName, number | null> | undefined {
  const entries = LIMITS.map(([name]) => [name, texts[name].trim()] as const)
  if (entries.some(([, text]) => !/^\d{0,12}$/.test(text))) return undefined
  const figure = (name: LimitName): number | null => (texts[name].trim() === '' ? null : Number(texts[name].trim()))
  return {
    rpm: figure('rpm'),
    tpm: figure('tpm'),
    concurrency: figure('concurrency'),
    requests_per_day: figure('requests_per_day'),
    requests_per_month: figure('requests_per_month'),
  }
}

/** Those that are given. */
export function givenIn(limits: Readonly<Record<LimitName, number | null>>): Partial<Record<LimitName, number>> {
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== null))
}

interface LimitFieldsProps {
  readonly legend: string
  readonly help: string
  readonly texts: LimitTexts
  readonly onChange: (texts: LimitTexts) => void
  readonly showErrors: boolean
  readonly placeholder: string
}

export function LimitFields({ legend, help, texts, onChange, showErrors, placeholder }: LimitFieldsProps) {
  const t = useMessages(accountMessages)
  return (
    <fieldset className="m-0 border-0 p-0">
      <legend className="text-sm font-medium">{legend}</legend>
      <p className="mb-2 text-sm text-soft">{help}</p>
      <div className="grid grid-cols-1 gap-3 sm:grid-cols-3">
        {LIMITS.map(([name, label]) => {
          const isWrong = showErrors && !/^\d{0,12}$/.test(texts[name].trim())
          return (
            <TextField
              key={name}
              label={t(label)}
              value={texts[name]}
              placeholder={placeholder}
              onChange={(text) => onChange({ ...texts, [name]: text })}
              error={isWrong ? t('wholeNumber') : ''}
              inputMode="numeric"
              autoComplete="off"
            />
          )
        })}
      </div>
    </fieldset>
  )
}
