// The plain values of `fairlead.yaml`, each with the bounds that it has wherever it stands.
import { z } from 'zod'

/** Times beyond this overflow the timers of the platform. */
export const MAX_MS = 2_147_483_647
export const MAX_BYTES = 2 ** 40

export const milliseconds = () => z.int().min(1).max(MAX_MS)
export const bytes = () => z.int().min(1).max(MAX_BYTES)
export const text = () => z.string().max(2048)
/** Keys of clouds hold whole tokens. */
export const secret = () => z.string().max(8192)
export const weight = () => z.number().min(0).max(1_000_000)
export const priority = () => z.int().min(0).max(1000)
