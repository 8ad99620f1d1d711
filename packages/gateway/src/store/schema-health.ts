// How well the parts of the gateway were: `telemetry/history/health-history.ts` says what the figures mean.

export interface HealthTables {
  health_steps: HealthStepsTable
  health_days: HealthDaysTable
}

interface HealthStepsTable {
  component: string
  /** Steps of five minutes since 1970. */
  slot: number
  checks: number
  failures: number
  response_ms: number
}

interface HealthDaysTable {
  component: string
  /** UTC days since 1970. */
  slot: number
  checks: number
  failures: number
  response_ms: number
  /** Of `health_steps`, those that have a row. */
  steps: number
}
