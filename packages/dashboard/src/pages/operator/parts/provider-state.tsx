import type { Reply } from '../../../api/client.ts'
import type { PlainKey } from '../../../i18n/catalogue.ts'
import { useMessages } from '../../../i18n/use-messages.ts'
import { Badge, type Tone } from '../../../ui/badge.tsx'
import { providerMessages } from '../messages/providers.ts'

export type Provider = Reply<'getProvider'>
type ProviderState = 'healthy' | 'degraded' | 'down' | 'drained' | 'disabled' | 'fault'

function stateOf(provider: Provider): ProviderState {
  if (!provider.enabled) return 'disabled'
  if (provider.fault !== null) return 'fault'
  if (provider.drained_at !== null) return 'drained'
  if (provider.healthy !== true) return 'down'
  const isIll = provider.credentials.some(
    ({ disabled, circuits }) => disabled || circuits.some(({ state }) => state !== 'closed'),
  )
  return isIll ? 'degraded' : 'healthy'
}

const LOOKS: Readonly<Record<ProviderState, readonly [Tone, PlainKey<typeof providerMessages>]>> = {
  healthy: ['good', 'stateHealthy'],
  degraded: ['warn', 'stateDegraded'],
  down: ['bad', 'stateDown'],
  drained: ['accent', 'stateDrained'],
  disabled: ['neutral', 'stateDisabled'],
  fault: ['bad', 'stateFault'],
}

export function ProviderStateBadge({ provider }: { readonly provider: Provider }) {
  const t = useMessages(providerMessages)
  const [tone, label] = LOOKS[stateOf(provider)]
  return (
    <Badge tone={tone} dot>
      {t(label)}
    </Badge>
  )
}

export const SOURCES: Readonly<Record<Provider['source'], PlainKey<typeof providerMessages>>> = {
  config: 'sourceConfig',
  environment: 'sourceEnvironment',
  database: 'sourceDatabase',
}
