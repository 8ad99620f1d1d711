// Made by `npm run generate` from docs/openapi.json, which is made from the gateway's table of routes. Change it there.
import type { Nothing } from './nothing.ts'

export type StatusComponent = { id: string; object: "status_component"; kind: "gateway" | "database" | "upstreams"; /** Of upstreams: the vendor or type. Else empty. */ name: string; /** In the newest step; unknown = nobody looked for a quarter of an hour. */ state: "operational" | "degraded" | "down" | "unknown"; /** In the newest step; null where nothing is measured. */ response_ms: number | null; /** Of all looks of these days; null = there was none. */ uptime: number | null; days: { /** For each day the share of looks that found it well; null = nobody looked. */ uptime: readonly (number | null)[]; /** For each day the share of it in which somebody looked: uptime says nothing about the rest. */ observed: readonly number[] }; steps: { /** As of the days, for each step. */ uptime: readonly (number | null)[] } }

export type StatusHistory = { object: "status_history"; /** Unix seconds: until when. */ at: number; /** Unix seconds: where the first day begins. Days are those of UTC, the last is today. */ days_from: number; days: number; /** Unix seconds: where the first step begins. */ steps_from: number; step_seconds: number; steps: number; components: readonly StatusComponent[] }

export interface HealthOperations {
  getHealth: { params: Nothing; query: Nothing; body: Nothing; reply: unknown }
  getLiveness: { params: Nothing; query: Nothing; body: Nothing; reply: unknown }
  getReadiness: { params: Nothing; query: Nothing; body: Nothing; reply: unknown }
  getReadinessByItsOtherName: { params: Nothing; query: Nothing; body: Nothing; reply: unknown }
  getStatus: { params: Nothing; query: Nothing; body: Nothing; reply: unknown }
  getStatusHistory: { params: Nothing; query: Nothing; body: Nothing; reply: StatusHistory }
  getMetrics: { params: Nothing; query: Nothing; body: Nothing; reply: unknown }
}

/** Method, path, and whether a repeated request can be told from a new one. */
export const HEALTH: { readonly [Name in keyof HealthOperations]: readonly [string, string, 'repeatable'?] } = {
  getHealth: ['GET', '/health'],
  getLiveness: ['GET', '/health/live'],
  getReadiness: ['GET', '/health/ready'],
  getReadinessByItsOtherName: ['GET', '/health/readiness'],
  getStatus: ['GET', '/api/status'],
  getStatusHistory: ['GET', '/api/status/history'],
  getMetrics: ['GET', '/metrics'],
}
