import { Check } from 'lucide-react'
import { setPreferences, type Theme, THEMES, usePreferences } from '../../../app/preferences.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { useThemeNames } from '../../../shell/preference-menu.tsx'
import { Card } from '../../../ui/card.tsx'
import { cx } from '../../../ui/cx.ts'
import { preferencesMessages } from '../messages/preferences.ts'
import { RegionCard } from '../parts/region-card.tsx'
import { SettingsFrame } from '../settings-frame.tsx'

export function PreferencesSection() {
  const t = useMessages(preferencesMessages)
  const { theme } = usePreferences()
  const names = useThemeNames()
  return (
    <SettingsFrame section="preferences">
      <Card title={t('appearance')} description={t('appearanceText')}>
        <fieldset className="m-0 grid grid-cols-3 gap-2 border-0 p-0 sm:max-w-lg sm:gap-3">
          <legend className="sr-only">{t('appearance')}</legend>
          {THEMES.map((one) => (
            <label
              key={one}
              className={cx(
                'relative flex cursor-pointer flex-col gap-2 rounded-md border p-2 text-sm transition-colors has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent',
                one === theme ? 'border-accent' : 'border-line hover:border-line-strong',
              )}
            >
              <input
                type="radio"
                name="theme"
                value={one}
                checked={one === theme}
                onChange={() => setPreferences({ theme: one })}
                className="sr-only"
              />
              <Sketch theme={one} />
              <span className="flex min-w-0 items-center justify-between gap-1">
                <span className={cx('min-w-0', one === theme && 'font-medium')}>{names[one]}</span>
                {one === theme && <Check aria-hidden className="size-3.5 shrink-0 text-accent" />}
              </span>
            </label>
          ))}
        </fieldset>
      </Card>
      <RegionCard />
    </SettingsFrame>
  )
}

/** The app, very small, in the colours of that theme: each half of `system` has its own. */
function Sketch({ theme }: { readonly theme: Theme }) {
  const halves: readonly ('light' | 'dark')[] = theme === 'system' ? ['light', 'dark'] : [theme]
  return (
    <span aria-hidden className="flex h-16 overflow-hidden rounded-sm border border-line">
      {halves.map((scheme) => (
        <span key={scheme} className="flex min-w-0 flex-1 bg-ground" style={{ colorScheme: scheme }}>
          <span className="w-1/4 border-r border-line bg-surface" />
          <span className="flex flex-1 flex-col gap-1.5 p-2">
            <span className="h-1.5 w-2/3 rounded-full bg-ink" />
            <span className="h-1.5 w-full rounded-full bg-line" />
            <span className="h-1.5 w-1/3 rounded-full bg-accent" />
          </span>
        </span>
      ))}
    </span>
  )
}
