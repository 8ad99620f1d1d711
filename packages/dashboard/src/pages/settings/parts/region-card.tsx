import { setPreferences, usePreferences } from '../../../app/preferences.ts'
import { useFormatter } from '../../../format/use-formatter.ts'
import { LANGUAGE_NAMES, LANGUAGES } from '../../../i18n/languages.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { Button } from '../../../ui/button.tsx'
import { Card } from '../../../ui/card.tsx'
import { SelectField } from '../../../ui/select.tsx'
import { preferencesMessages } from '../messages/preferences.ts'
import { TimeZoneField } from './time-zone-field.tsx'

const EXAMPLE_TIME = Date.UTC(2026, 10, 21, 17, 30) / 1000
const EXAMPLE_AMOUNT = '1234.5'

/** Language and time zone: at once, and kept by the browser. */
export function RegionCard() {
  const t = useMessages(preferencesMessages)
  const format = useFormatter()
  const { language, timeZone, timeZoneChosen } = usePreferences()
  const sample = `${format.dateTime(EXAMPLE_TIME)} · ${format.money(EXAMPLE_AMOUNT)}`
  return (
    <Card title={t('region')} description={t('regionText')}>
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField
          label={t('language')}
          value={language}
          onChange={(next) => setPreferences({ language: next })}
          options={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))}
        />
        <div className="flex min-w-0 flex-col items-start gap-1">
          <div className="w-full">
            <TimeZoneField
              label={t('timeZone')}
              help={timeZoneChosen ? undefined : t('timeZoneOfBrowser')}
              value={timeZone}
              onChange={(next) => setPreferences({ timeZone: next })}
            />
          </div>
          {timeZoneChosen && (
            <Button tone="quiet" size="sm" className="-ml-2" onClick={() => setPreferences({ timeZone: '' })}>
              {t('timeZoneReset')}
            </Button>
          )}
        </div>
      </div>
      <p className="mt-3 text-sm text-soft">
        {t('example')} <span className="tabular text-ink">{sample}</span>
      </p>
    </Card>
  )
}
