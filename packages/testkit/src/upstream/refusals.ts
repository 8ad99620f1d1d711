// What providers really answer when an account is out of money, a key is bad or a door is closed: status and body, with
// ids replaced. A gateway must read all of them as "this credential", never as "this tenant". Collected from bug reports
// and vendors' error pages, 2024-2026.

interface Refusal {
  readonly status: number
  /** What a gateway should make of it. */
  readonly meaning: 'quota' | 'bad-key' | 'forbidden'
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

const REFUSALS = {
  'openai-insufficient-quota': quota(429, {
    error: {
      message:
        'You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.',
      type: 'insufficient_quota',
      param: null,
      code: 'insufficient_quota',
    },
  }),
  'openai-hard-limit': quota(400, {
    error: {
      message: 'Billing hard limit has been reached',
      type: 'invalid_request_error',
      param: null,
      code: 'billing_hard_limit_reached',
    },
  }),
  'openai-not-active': quota(429, {
    error: {
      message: 'Your account is not active, please check your billing details on our website.',
      type: 'billing_not_active',
      param: null,
      code: 'billing_not_active',
    },
  }),
  'deepseek-balance': quota(402, {
    error: {
      message: 'Insufficient Balance',
      type: 'unknown_error',
      param: null,
      code: 'invalid_request_error',
    },
  }),
  'openrouter-credits': quota(402, {
    error: {
      message: 'Insufficient credits. Add more using https://openrouter.ai/settings/credits',
      code: 402,
    },
  }),
  'openrouter-more-credits': quota(402, {
    error: {
      message:
        'This request requires more credits, or fewer max_tokens. You requested up to 65536 tokens, but can only afford 1333. To increase, visit https://openrouter.ai/settings/credits and upgrade to a paid account',
      code: 402,
    },
  }),
  'anthropic-credit': quota(400, {
    type: 'error',
    error: {
      type: 'invalid_request_error',
      message:
        'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
    },
  }),
  // The tier's monthly cap: a rate limit by its type, but without a time to wait for.
  'anthropic-spend-limit': quota(429, {
    type: 'error',
    error: {
      type: 'rate_limit_error',
      message: 'You have reached your monthly spend limit.',
      details: { error_code: 'enforced_spend_limit_reached' },
    },
  }),
  'moonshot-quota': quota(429, {
    error: {
      message:
        'Your account org-0000 is suspended due to insufficient balance, please recharge your account or check your plan and billing details',
      type: 'exceeded_current_quota_error',
    },
  }),
  'together-credit': quota(402, {
    id: 'oh00000-000000-0000000000000000',
    error: {
      message:
        "Credit limit exceeded, please [add credits](https://api.together.ai/settings/billing). If you've already made a payment, please wait up to 5 minutes for balances to update and try again.",
      type: 'credit_limit',
      param: null,
      code: null,
    },
  }),
  'xai-spending-limit': quota(403, {
    code: 'permission-denied',
    error:
      'Your team 00000000-0000-4000-8000-000000000000 has either used all available credits or reached its monthly spending limit. To continue making API requests, please purchase more credits or raise your spending limit.',
  }),
  'zhipu-balance': quota(429, { error: { code: '1113', message: '余额不足或无可用资源包,请充值。' } }),
  'siliconflow-balance': quota(403, {
    code: 30001,
    message: 'Sorry, your account balance is insufficient',
    data: null,
  }),
  'openai-bad-key': badKey({
    error: {
      message:
        'Incorrect API key provided: sk-00*****0000. You can find your API key at https://platform.openai.com/account/api-keys.',
      type: 'invalid_request_error',
      param: null,
      code: 'invalid_api_key',
    },
  }),
  'openai-deactivated': badKey({
    error: {
      message:
        'The OpenAI account associated with this API key has been deactivated. Please check your email for more information.',
      type: 'invalid_request_error',
      param: null,
      code: 'account_deactivated',
    },
  }),
  'deepseek-bad-key': badKey({
    error: {
      message: 'Authentication Fails, Your api key: ****0000 is invalid',
      type: 'authentication_error',
      param: null,
      code: 'invalid_request_error',
    },
  }),
  'plain-unauthorized': badKey({ detail: 'Unauthorized' }),
  'openai-model-access': forbidden({
    error: {
      message: 'Project `proj_0000` does not have access to model `gpt-4o`',
      type: 'invalid_request_error',
      param: null,
      code: 'model_not_found',
    },
  }),
  'openai-country': forbidden({
    error: {
      message: 'Country, region, or territory not supported',
      type: 'request_forbidden',
      param: null,
      code: 'unsupported_country_region_territory',
    },
  }),
} as const satisfies Readonly<Record<string, Refusal>>

export type RefusalName = keyof typeof REFUSALS

export const REFUSAL_NAMES: readonly RefusalName[] = Object.keys(REFUSALS).filter(isRefusalName)

/** Status, meaning and body of a refusal. */
export function refusal(name: RefusalName): Refusal {
  return REFUSALS[name]
}

/** The names of the refusals with this meaning, for a table of tests. */
export function refusalsMeaning(meaning: Refusal['meaning']): readonly RefusalName[] {
  return REFUSAL_NAMES.filter((name) => REFUSALS[name].meaning === meaning)
}

function isRefusalName(name: string): name is RefusalName {
  return Object.hasOwn(REFUSALS, name)
}

function quota(status: number, body: unknown): Refusal {
  return { status, meaning: 'quota', body }
}

function badKey(body: unknown): Refusal {
  return { status: 401, meaning: 'bad-key', body }
}

function forbidden(body: unknown): Refusal {
  return { status: 403, meaning: 'forbidden', body }
}
