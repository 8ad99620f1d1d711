import { useMessages } from '../../i18n/use-messages.ts'
import { Card } from '../../ui/card.tsx'
import { TextAreaField, TextField } from '../../ui/field.tsx'
import { Checkbox, Switch } from '../../ui/toggles.tsx'
import { playgroundMessages } from './messages.ts'
import type { Parameters } from './thread.ts'
import { TOOL_NAMES, type ToolName } from './tools.ts'

/** As it is typed: numbers may be half written. */
export interface Draft {
  readonly system: string
  readonly temperature: string
  readonly maxTokens: string
  readonly stream: boolean
  readonly tools: readonly ToolName[]
}

export const EMPTY_DRAFT: Draft = { system: '', temperature: '', maxTokens: '', stream: true, tools: [] }

const BOUNDS = { temperature: { from: 0, to: 2 }, maxTokens: { from: 1, to: 1_000_000 } } as const
const TOOL_LABELS = {
  get_current_time: 'toolTime',
  roll_die: 'toolDice',
  calculate: 'toolCalculate',
} as const satisfies Record<ToolName, string>

/** Null where a number is none. */
export function parametersOf(draft: Draft): Parameters | null {
  const temperature = numberIn('temperature', draft)
  const maxTokens = numberIn('maxTokens', draft)
  if (temperature === 'wrong' || maxTokens === 'wrong') return null
  const { system, stream, tools } = draft
  return { system, temperature, maxTokens: maxTokens === null ? null : Math.floor(maxTokens), stream, tools }
}

function numberIn(field: keyof typeof BOUNDS, draft: Draft): number | null | 'wrong' {
  const text = draft[field].trim().replace(',', '.')
  if (text === '') return null
  const value = Number(text)
  const { from, to } = BOUNDS[field]
  return value >= from && value <= to ? value : 'wrong'
}

export function ParametersCard({
  draft,
  onChange,
}: {
  readonly draft: Draft
  readonly onChange: (draft: Draft) => void
}) {
  const t = useMessages(playgroundMessages)
  const change = (next: Partial<Draft>): void => onChange({ ...draft, ...next })
  const error = (field: keyof typeof BOUNDS): { readonly error?: string } =>
    numberIn(field, draft) === 'wrong'
      ? { error: t('badNumber', { from: String(BOUNDS[field].from), to: String(BOUNDS[field].to) }) }
      : {}
  return (
    <Card title={t('settings')}>
      <div className="flex flex-col gap-4">
        <TextAreaField
          label={t('system')}
          value={draft.system}
          onChange={(system) => change({ system })}
          placeholder={t('systemPlaceholder')}
        />
        <TextField
          label={t('temperature')}
          help={t('temperatureHelp')}
          inputMode="decimal"
          value={draft.temperature}
          onChange={(temperature) => change({ temperature })}
          {...error('temperature')}
        />
        <TextField
          label={t('maxTokens')}
          help={t('maxTokensHelp')}
          inputMode="numeric"
          value={draft.maxTokens}
          onChange={(maxTokens) => change({ maxTokens })}
          {...error('maxTokens')}
        />
        <Switch label={t('stream')} checked={draft.stream} onChange={(stream) => change({ stream })} />
        <fieldset className="m-0 flex flex-col gap-2 border-0 p-0">
          <legend className="mb-1 p-0 font-medium">{t('tools')}</legend>
          <p className="text-sm text-soft">{t('toolsText')}</p>
          {TOOL_NAMES.map((name) => (
            <Checkbox
              key={name}
              label={t(TOOL_LABELS[name])}
              checked={draft.tools.includes(name)}
              onChange={(isOn) =>
                change({ tools: TOOL_NAMES.filter((one) => (one === name ? isOn : draft.tools.includes(one))) })
              }
            />
          ))}
        </fieldset>
      </div>
    </Card>
  )
}
