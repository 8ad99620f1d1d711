// Why a model of the pool was not picked, as receipts, errors and `POST /v1/route` say it.

export const FILTER_REASONS = {
  not_allowed: 'the key or its group may not use it',
  excluded: 'the request leaves it out',
  unknown_model: 'this gateway does not serve it',
  not_chat: 'it does not chat',
  no_price: 'it has no price, so nobody can say whether it is the cheaper one',
  price_ceiling: 'it is expected to cost more than the request, or the pool, allows',
  budget: 'the wallet, or a budget, cannot cover it',
  no_vision: 'it does not see pictures',
  no_audio: 'it does not hear or speak',
  no_files: 'it does not read files',
  no_tools: 'it does not call tools',
  no_structured_output: 'it does not follow a JSON schema',
  no_reasoning: 'it does not think, and thinking was asked for',
  no_logprobs: 'its provider gives no log probabilities',
  one_answer_only: 'its provider gives one answer at a time',
  context_window: 'the conversation and its answer do not fit into its context',
  data_policy: 'not all of its providers promise what is wanted of them about data',
  rate_limited: 'it is at its limit',
  unavailable: 'none of its providers is healthy',
  below_floor: 'its expected quality is below the floor',
  failed: 'it was asked, and failed',
} as const

export type FilterReason = keyof typeof FILTER_REASONS
