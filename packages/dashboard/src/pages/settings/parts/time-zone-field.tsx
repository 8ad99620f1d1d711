// A time zone, found by typing a part of its name: there are more than four hundred.
import { Combobox } from '@base-ui/react/combobox'
import { Check, ChevronsUpDown } from 'lucide-react'
import { type ReactNode, useMemo } from 'react'
import { usePreferences } from '../../../app/preferences.ts'
import { LOCALES } from '../../../i18n/languages.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { cx } from '../../../ui/cx.ts'
import { controlClass, defined, Field } from '../../../ui/field.tsx'
import { uiMessages } from '../../../ui/messages/ui.ts'

interface TimeZoneFieldProps {
  readonly label: ReactNode
  readonly help?: ReactNode
  readonly error?: string | undefined
  /** IANA name. */
  readonly value: string
  readonly onChange: (value: string) => void
}

const MOST_SHOWN = 80

export function TimeZoneField({ label, help, error, value, onChange }: TimeZoneFieldProps) {
  const ui = useMessages(uiMessages)
  const { language } = usePreferences()
  const current = nameOfToday(value)
  const zones = useMemo(() => zonesWith(current), [current])
  const offsets = useMemo(() => offsetNames(LOCALES[language]), [language])
  return (
    <Field {...defined({ label, help, error })}>
      {(ids) => (
        <Combobox.Root
          items={zones}
          value={current}
          onValueChange={(next: string | null) => {
            if (next !== null) onChange(next)
          }}
          filter={(zone: string, query) => searchable(zone).includes(searchable(query.trim()))}
          limit={MOST_SHOWN}
          autoHighlight
        >
          <Combobox.InputGroup className="relative flex items-center">
            <Combobox.Input {...ids} spellCheck={false} autoComplete="off" className={cx(controlClass, 'pr-9')} />
            <Combobox.Trigger
              tabIndex={-1}
              aria-label={ui('show')}
              className="absolute right-0 flex h-9 w-9 items-center justify-center text-soft"
            >
              <ChevronsUpDown aria-hidden className="size-3.5" />
            </Combobox.Trigger>
          </Combobox.InputGroup>
          <Combobox.Portal>
            <Combobox.Positioner sideOffset={4} className="z-50 outline-none">
              <Combobox.Popup className="popup max-h-[min(22rem,var(--available-height))] w-[var(--anchor-width)] min-w-64 overflow-y-auto">
                <Combobox.Empty className="text-soft *:px-3 *:py-3">
                  <p>{ui('none')}</p>
                </Combobox.Empty>
                <Combobox.List className="p-1 empty:p-0">
                  {(zone: string) => (
                    <Combobox.Item key={zone} value={zone} className="menu-item">
                      <span className="flex w-4 shrink-0">
                        <Combobox.ItemIndicator>
                          <Check aria-hidden className="size-3.5" />
                        </Combobox.ItemIndicator>
                      </span>
                      <span className="min-w-0 flex-1 truncate">{zone}</span>
                      <span className="tabular shrink-0 text-sm text-soft">{offsets(zone)}</span>
                    </Combobox.Item>
                  )}
                </Combobox.List>
              </Combobox.Popup>
            </Combobox.Positioner>
          </Combobox.Portal>
        </Combobox.Root>
      )}
    </Field>
  )
}

function zonesWith(value: string): readonly string[] {
  const known = Intl.supportedValuesOf('timeZone').map(nameOfToday)
  return [...new Set(['UTC', ...(value === '' ? [] : [value]), ...known])].sort()
}

/** Browsers list some places by the name that they had in 1990. */
const NAMES_OF_TODAY: Readonly<Record<string, string>> = {
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Europe/Kiev': 'Europe/Kyiv',
  'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
  'Atlantic/Faeroe': 'Atlantic/Faroe',
}

function nameOfToday(zone: string): string {
  return NAMES_OF_TODAY[zone] ?? zone
}

/** "new york" finds America/New_York. */
function searchable(text: string): string {
  return text.toLowerCase().replaceAll('_', ' ')
}

/** `GMT+1`: what it is now. */
function offsetNames(locale: string): (zone: string) => string {
  const known = new Map<string, string>()
  const nowMs = Date.now()
  return (zone) => {
    let name = known.get(zone)
    if (name === undefined) {
      const parts = new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName: 'shortOffset' }).formatToParts(
        nowMs,
      )
      name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? ''
      known.set(zone, name)
    }
    return name
  }
}
