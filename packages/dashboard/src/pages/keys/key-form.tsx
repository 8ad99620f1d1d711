import { useState } from 'react'
import { useFormatter } from '../../format/use-formatter.ts'
import { useMessages } from '../../i18n/use-messages.ts'
import { FormDialog } from '../../ui/dialog.tsx'
import { TextAreaField, TextField } from '../../ui/field.tsx'
import { SelectField } from '../../ui/select.tsx'
import { Checkbox } from '../../ui/toggles.tsx'
import { type FieldName, type KeyValues, LIMIT_NAMES, type LimitName, problemsOf, type Reset } from './key-values.ts'
import { keysMessages } from './messages.ts'

interface KeyFormProps {
  readonly title: string
  readonly submit: string
  readonly initial: KeyValues
  readonly busy: boolean
  readonly error: Error | null
  readonly onClose: () => void
  readonly onSend: (values: KeyValues) => void
}

const DAYS = [7, 30, 90, 365]
const LIMIT_LABELS = {
  rpm: 'rpm',
  tpm: 'tpm',
  concurrency: 'concurrency',
  requests_per_day: 'requestsPerDay',
  requests_per_month: 'requestsPerMonth',
} as const satisfies Record<LimitName, string>

/** Of a new key, and of one that changes. */
export function KeyForm({ title, submit, initial, busy, error, onClose, onSend }: KeyFormProps) {
  const t = useMessages(keysMessages)
  const format = useFormatter()
  const [values, setValues] = useState(initial)
  const [checked, setChecked] = useState(false)
  const problems = problemsOf(values)
  const set = (change: Partial<KeyValues>): void => setValues({ ...values, ...change })
  const wrong = (field: FieldName): string | undefined => {
    const problem = checked ? problems[field] : undefined
    return problem === undefined ? undefined : t(problem)
  }
  const isNew = initial.expiry !== 'keep'
  const send = (): void => {
    setChecked(true)
    if (Object.keys(problems).length === 0) onSend(values)
  }
  const resets: Readonly<Record<Reset, string>> = {
    day: t('resetDay'),
    week: t('resetWeek'),
    month: t('resetMonth'),
    never: t('resetNever'),
  }
  return (
    <FormDialog
      open
      onClose={onClose}
      title={title}
      size="md"
      submit={submit}
      onSubmit={send}
      busy={busy}
      error={error}
    >
      <TextField
        label={t('name')}
        help={t('nameHelp')}
        value={values.name}
        onChange={(name) => set({ name })}
        error={wrong('name')}
        maxLength={200}
        autoComplete="off"
        autoFocus
      />
      <div className="grid gap-4 sm:grid-cols-3">
        <SelectField
          label={t('expiry')}
          value={values.expiry}
          onChange={(expiry) => set({ expiry })}
          options={[
            ...(isNew ? [] : [{ value: 'keep', label: t('expiryKeep') }]),
            { value: 'never', label: t('expiryNever') },
            ...DAYS.map((days) => ({ value: String(days), label: t('days', { count: days }) })),
          ]}
        />
        <TextField
          label={t('budgetAmount')}
          before="$"
          inputMode="decimal"
          optional
          value={values.budget}
          onChange={(budget) => set({ budget })}
          error={wrong('budget')}
          autoComplete="off"
        />
        <SelectField
          label={t('budgetReset')}
          value={values.reset}
          onChange={(reset) => set({ reset })}
          disabled={values.budget.trim() === ''}
          options={(['day', 'week', 'month', 'never'] as const).map((value) => ({ value, label: resets[value] }))}
        />
      </div>
      <p className="-mt-2 text-sm text-soft">{t('budgetHelp')}</p>
      <details
        className="rounded-md border border-line"
        open={checked && LIMIT_NAMES.some((limit) => problems[limit] !== undefined) ? true : undefined}
      >
        <summary className="cursor-pointer rounded-md px-3 py-2 font-medium">{t('limitsTitle')}</summary>
        <div className="px-3 pb-3">
          <p className="mb-3 text-sm text-soft">{t('limitsHelp')}</p>
          <div className="grid gap-3 sm:grid-cols-2">
            {LIMIT_NAMES.map((limit) => (
              <TextField
                key={limit}
                label={t(LIMIT_LABELS[limit])}
                inputMode="numeric"
                value={values.limits[limit]}
                onChange={(text) => set({ limits: { ...values.limits, [limit]: text } })}
                error={wrong(limit)}
                placeholder={limit === 'rpm' ? format.number(60) : ''}
                autoComplete="off"
              />
            ))}
          </div>
        </div>
      </details>
      <details
        className="rounded-md border border-line"
        open={checked && problems.retention !== undefined ? true : undefined}
      >
        <summary className="cursor-pointer rounded-md px-3 py-2 font-medium">{t('rightsTitle')}</summary>
        <div className="flex flex-col gap-3 px-3 pb-3">
          <TextAreaField
            label={t('models')}
            help={t('modelsHelp')}
            value={values.models}
            onChange={(models) => set({ models })}
            spellCheck={false}
          />
          <TextAreaField
            label={t('addresses')}
            help={t('addressesHelp')}
            value={values.addresses}
            onChange={(addresses) => set({ addresses })}
            spellCheck={false}
          />
          <TextField
            label={t('retention')}
            help={t('retentionHelp')}
            inputMode="numeric"
            optional
            value={values.retention}
            onChange={(retention) => set({ retention })}
            error={wrong('retention')}
            autoComplete="off"
          />
          <Checkbox
            label={t('untrained')}
            help={t('untrainedHelp')}
            checked={values.untrained}
            onChange={(untrained) => set({ untrained })}
          />
          <Checkbox
            label={t('manage')}
            help={t('manageHelp')}
            checked={values.manages}
            onChange={(manages) => set({ manages })}
          />
        </div>
      </details>
    </FormDialog>
  )
}
