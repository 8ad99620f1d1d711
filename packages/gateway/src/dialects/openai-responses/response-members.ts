// The members of a `response` object. Open Responses wants every one of them, null or not.
// Source: `ResponseResource` of Open Responses.

export const NULLABLE_MEMBERS = [
  'completed_at',
  'incomplete_details',
  'previous_response_id',
  'instructions',
  'error',
  'reasoning',
  'usage',
  'max_output_tokens',
  'max_tool_calls',
  'safety_identifier',
  'prompt_cache_key',
] as const

export const NEVER_NULL_MEMBERS = [
  'id',
  'object',
  'created_at',
  'status',
  'model',
  'output',
  'tools',
  'tool_choice',
  'truncation',
  'parallel_tool_calls',
  'text',
  'top_p',
  'temperature',
  'presence_penalty',
  'frequency_penalty',
  'top_logprobs',
  'store',
  'background',
  'service_tier',
  'metadata',
] as const
