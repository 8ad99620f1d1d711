// Structured logs, one JSON object a line, to standard error. Fields are an allow-list by habit: ids, names, statuses,
// times. No prompt, no answer, no key ever goes in.

import { pino, type Logger } from 'pino'
import type { Config } from '../config/config.ts'

/** @param fields members of every line */
export function createLogger(level: Config['log']['level'], fields: Readonly<Record<string, unknown>> = {}): Logger {
  return pino(
    {
      level,
      base: { service: 'fairlead', ...fields },
      redact: {
        paths: ['*.authorization', '*.apiKey', '*.apiKeys', '*.masterKey', '*.secret', 'headers'],
        censor: '[secret]',
      },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    pino.destination({ dest: 2, sync: true }),
  )
}
