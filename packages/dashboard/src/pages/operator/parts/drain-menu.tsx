import { useState } from 'react'
import { useAct } from '../../../api/hooks.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { ConfirmDialog } from '../../../ui/dialog.tsx'
import { MenuItem, RowMenu } from '../../../ui/menu.tsx'
import { toast } from '../../../ui/toast.tsx'
import { providerMessages } from '../messages/providers.ts'
import type { Provider } from './provider-state.tsx'

const SHOWS = ['listProviders', 'getProvider', 'getProviderHistory', 'getOverview'] as const

/** Drains at one press and a confirmation; the way back needs none. */
export function useDrain(provider: Provider, onDone: () => void = () => undefined) {
  const t = useMessages(providerMessages)
  const { name } = provider
  const drain = useAct('drainProvider', {
    account: null,
    invalidates: SHOWS,
    onDone: () => {
      toast(t('drained', { name }))
      onDone()
    },
  })
  const undrain = useAct('undrainProvider', {
    account: null,
    invalidates: SHOWS,
    onDone: () => toast(t('undrained', { name })),
  })
  return { drain, undrain }
}

export function DrainDialog({ provider, onClose }: { readonly provider: Provider; readonly onClose: () => void }) {
  const t = useMessages(providerMessages)
  const { drain } = useDrain(provider, onClose)
  const { name, in_flight: count } = provider
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={t('drainTitle', { name })}
      confirm={t('drain')}
      onConfirm={() => drain.mutate({ params: { provider: name }, body: {} })}
      busy={drain.isPending}
      error={drain.error}
    >
      {t('drainText', { count })}
    </ConfirmDialog>
  )
}

export function DrainMenu({ provider }: { readonly provider: Provider }) {
  const t = useMessages(providerMessages)
  const [isAsking, setAsking] = useState(false)
  const { undrain } = useDrain(provider)
  return (
    <>
      <RowMenu label={provider.name}>
        {provider.drained_at === null ? (
          <MenuItem onSelect={() => setAsking(true)}>{t('drain')}</MenuItem>
        ) : (
          <MenuItem onSelect={() => undrain.mutate({ params: { provider: provider.name }, body: {} })}>
            {t('undrain')}
          </MenuItem>
        )}
      </RowMenu>
      {isAsking && <DrainDialog provider={provider} onClose={() => setAsking(false)} />}
    </>
  )
}
