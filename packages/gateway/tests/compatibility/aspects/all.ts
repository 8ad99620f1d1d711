// The rows of the table.

import type { Aspect } from '../matrix.ts'
import { ERRORS } from './errors.ts'
import { MEDIA } from './media.ts'
import { OUTPUT } from './output.ts'
import { REASONING } from './reasoning.ts'
import { ENDINGS } from './endings.ts'
import { TEXT } from './text.ts'
import { TOOLS } from './tools.ts'
import { USAGE } from './usage.ts'

export const ASPECTS: readonly Aspect[] = [
  ...TEXT,
  ...MEDIA,
  ...TOOLS,
  ...OUTPUT,
  ...REASONING,
  ...ENDINGS,
  ...USAGE,
  ...ERRORS,
]
