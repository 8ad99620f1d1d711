import type { ProviderConfig } from '../../config/config.ts'

/** The vendor, or else the type: what tenants see of who answers them, never the operator's name of it. */
export function upstreamGroup({ vendor, type }: Pick<ProviderConfig, 'vendor' | 'type'>): string {
  return vendor ?? type
}
