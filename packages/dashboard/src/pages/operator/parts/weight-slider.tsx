import { useState } from 'react'
import { useAct } from '../../../api/hooks.ts'
import { useFormatter } from '../../../format/use-formatter.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { Button } from '../../../ui/button.tsx'
import { Notice } from '../../../ui/notice.tsx'
import { useErrorText } from '../../../ui/states.tsx'
import { toast } from '../../../ui/toast.tsx'
import { providerMessages } from '../messages/providers.ts'
import type { Provider } from './provider-state.tsx'

const STEPS_TO = 10

/** Takes effect when it is let go. */
export function WeightSlider({ provider }: { readonly provider: Provider }) {
  const t = useMessages(providerMessages)
  const format = useFormatter()
  const explain = useErrorText()
  const { name, own_weight: ownWeight } = provider
  const [weight, setWeight] = useState(provider.weight)
  const act = useAct('weighProvider', {
    account: null,
    invalidates: ['getProvider', 'listProviders'],
    onDone: (next) => toast(t('weightSet', { weight: format.number(next.weight) })),
  })
  const most = Math.max(STEPS_TO, Math.ceil(provider.weight), Math.ceil(ownWeight ?? 0))
  const send = (): void => {
    if (weight !== provider.weight) act.mutate({ params: { provider: name }, body: { weight } })
  }
  return (
    <div className="flex flex-col gap-3">
      <div className="flex items-center gap-4">
        <input
          type="range"
          min={0}
          max={most}
          step={most > 100 ? 1 : 0.5}
          value={weight}
          disabled={act.isPending}
          aria-label={`${t('weight')}: ${name}`}
          aria-valuetext={format.number(weight)}
          onChange={(event) => setWeight(Number(event.target.value))}
          onPointerUp={send}
          onKeyUp={send}
          onBlur={send}
          className="h-6 min-w-0 flex-1 accent-accent"
        />
        <output className="tabular w-12 text-right text-xl font-semibold">{format.number(weight)}</output>
      </div>
      {ownWeight !== null && (
        <div className="flex flex-wrap items-center justify-between gap-2 text-sm text-soft">
          <span>{t('weightConfigured', { weight: format.number(ownWeight) })}</span>
          <Button
            size="sm"
            tone="quiet"
            busy={act.isPending}
            onClick={() => act.mutate({ params: { provider: name }, body: { weight: null } })}
          >
            {t('weightReset')}
          </Button>
        </div>
      )}
      {act.error !== null && <Notice tone="bad" title={explain(act.error).title} />}
    </div>
  )
}
