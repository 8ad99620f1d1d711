export const GROUPINGS = ['model', 'key', 'status', 'endpoint'] as const
export type Grouping = (typeof GROUPINGS)[number]

export const MEASURES = ['spend', 'tokens', 'calls', 'errors', 'latency'] as const
export type Measure = (typeof MEASURES)[number]
