// The tiers that many gateways sell, as groups to begin with. Source: seed 004, "Rate limits".
import type { Limits } from '../limits/limits.ts'

export const PRESETS = ['free', 'pro', 'enterprise'] as const
export type Preset = (typeof PRESETS)[number]

/** Of each account in such a group; what the operator writes beside the preset wins. */
export const PRESET_LIMITS: Readonly<Record<Preset, Limits>> = {
  free: { rpm: 100 },
  pro: { rpm: 1_000 },
  /** Agreed with each customer. */
  enterprise: {},
}
