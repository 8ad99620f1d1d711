// What people ask of a model, in the words that receipts, score tables and operators' overrides use.

/** The order is the order of every vector of task types; the trained tables carry the same list. */
export const TASK_TYPES = [
  'code-generation',
  'debugging',
  'code-explanation',
  'data-query',
  'agent-step',
  'maths',
  'advanced-maths',
  'science-qa',
  'professional-qa',
  'factual-qa',
  'logic',
  'extraction',
  'classification',
  'summary',
  'rewrite',
  'translation',
  'creative',
  'chat',
  'planning',
  'rag-qa',
] as const

export type TaskType = (typeof TASK_TYPES)[number]

export function isTaskType(name: string): name is TaskType {
  return (TASK_TYPES as readonly string[]).includes(name)
}
