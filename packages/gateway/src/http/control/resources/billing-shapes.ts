// What OpenRouter's and OpenAI's pages of balance and cost look like, field for field. Amounts are JSON numbers there.
import { z } from 'zod'

const usd = z.number().describe('US$.')

export const creditsShape = z.strictObject({
  total_credits: usd.describe('All that was spent, and what is left.'),
  total_usage: usd.describe('All that was spent.'),
})

export const currentKeyShape = z.strictObject({
  label: z.string(),
  limit: usd.nullable().describe('Budget of the key; null = none.'),
  limit_remaining: usd.nullable(),
  limit_reset: z.string().nullable().describe('daily, weekly, monthly; null = never.'),
  usage: usd,
  usage_daily: usd.describe('Of this day, UTC.'),
  usage_weekly: usd.describe('Since Monday, UTC.'),
  usage_monthly: usd.describe('Of this month, UTC.'),
  byok_usage: usd,
  byok_usage_daily: usd,
  byok_usage_weekly: usd,
  byok_usage_monthly: usd,
  include_byok_in_limit: z.boolean(),
  is_free_tier: z.boolean(),
  is_management_key: z.boolean(),
  is_provisioning_key: z.boolean(),
  creator_user_id: z.string().nullable(),
  expires_at: z.string().nullable(),
  rate_limit: z.strictObject({ requests: z.int(), interval: z.string(), note: z.string() }),
})

export const generationShape = z.strictObject({
  id: z.string(),
  upstream_id: z.null(),
  total_cost: usd,
  usage: usd,
  cache_discount: z.null(),
  upstream_inference_cost: usd.nullable().describe('For the operator only.'),
  created_at: z.string(),
  model: z.string(),
  app_id: z.null(),
  streamed: z.boolean(),
  cancelled: z.boolean(),
  provider_name: z.string().nullable().describe('For the operator only.'),
  latency: z.number().nullable().describe('To the first content, milliseconds.'),
  moderation_latency: z.null(),
  generation_time: z.number().describe('From there to the end, milliseconds.'),
  finish_reason: z.null(),
  native_finish_reason: z.null(),
  tokens_prompt: z.int(),
  tokens_completion: z.int(),
  native_tokens_prompt: z.int(),
  native_tokens_completion: z.int(),
  native_tokens_completion_images: z.int(),
  native_tokens_reasoning: z.int(),
  native_tokens_cached: z.int(),
  num_media_prompt: z.null(),
  num_input_audio_prompt: z.null(),
  num_media_completion: z.int(),
  num_search_results: z.int(),
  origin: z.string(),
  is_byok: z.boolean(),
  external_user: z.null(),
  api_type: z.string(),
  router: z.null(),
})

export const subscriptionShape = z.strictObject({
  object: z.literal('billing_subscription'),
  has_payment_method: z.boolean(),
  canceled: z.boolean(),
  canceled_at: z.null(),
  delinquent: z.null(),
  access_until: z.int(),
  soft_limit_usd: usd,
  hard_limit_usd: usd.describe('All that was spent, and what can still be.'),
  system_hard_limit_usd: usd,
  plan: z.strictObject({ title: z.string(), id: z.string() }),
  account_name: z.string(),
})

export const dailyShape = z.strictObject({
  object: z.literal('list'),
  daily_costs: z.array(
    z.strictObject({
      timestamp: z.number(),
      line_items: z.array(z.strictObject({ name: z.string(), cost: z.number().describe('US cents.') })),
    }),
  ),
  total_usage: z.number().describe('US cents.'),
})

export const grantsShape = z.strictObject({
  object: z.literal('credit_summary'),
  total_granted: usd,
  total_used: usd,
  total_available: usd,
  total_paid_available: usd,
  grants: z.strictObject({ object: z.literal('list'), data: z.array(z.never()) }),
})
