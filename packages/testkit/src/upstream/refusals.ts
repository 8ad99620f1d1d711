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

/** The same in dialects that are not OpenAI's. */
const NATIVE_REFUSALS = {
  'anthropic-bad-key': badKey({ type: 'error', error: { type: 'authentication_error', message: 'invalid x-api-key' } }),
  'anthropic-billing': quota(402, {
    type: 'error',
    error: {
      type: 'billing_error',
      message: "There's an issue with your billing or payment information. Please check your payment details.",
    },
  }),
  'anthropic-permission': forbidden({
    type: 'error',
    error: {
      type: 'permission_error',
      message: 'Your API key does not have permission to use the specified resource.',
    },
  }),
  'gemini-bad-key': {
    status: 400,
    meaning: 'bad-key',
    body: {
      error: {
        code: 400,
        message: 'API key not valid. Please pass a valid API key.',
        status: 'INVALID_ARGUMENT',
        details: [
          {
            '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
            reason: 'API_KEY_INVALID',
            domain: 'googleapis.com',
            metadata: { service: 'generativelanguage.googleapis.com' },
          },
        ],
      },
    },
  },
  'gemini-quota': quota(429, {
    error: {
      code: 429,
      message: 'You exceeded your current quota, please check your plan and billing details.',
      status: 'RESOURCE_EXHAUSTED',
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
          violations: [{ quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier' }],
        },
      ],
    },
  }),
  'gemini-leaked-key': forbidden({
    error: {
      code: 403,
      message: 'Your API key was reported as leaked. Please use another API key.',
      status: 'PERMISSION_DENIED',
    },
  }),
  'vertex-bad-token': badKey({
    error: {
      code: 401,
      message:
        'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
      status: 'UNAUTHENTICATED',
      details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'ACCESS_TOKEN_TYPE_UNSUPPORTED' }],
    },
  }),
  'vertex-permission': forbidden({
    error: {
      code: 403,
      message: "Permission 'aiplatform.endpoints.predict' denied on resource (or it may not exist).",
      status: 'PERMISSION_DENIED',
      details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'IAM_PERMISSION_DENIED' }],
    },
  }),
  'bedrock-bad-token': bedrock(
    403,
    'bad-key',
    'UnrecognizedClientException',
    'The security token included in the request is invalid.',
  ),
  'bedrock-expired-token': bedrock(
    403,
    'bad-key',
    'ExpiredTokenException',
    'The security token included in the request is expired',
  ),
  'bedrock-bad-signature': bedrock(
    403,
    'bad-key',
    'InvalidSignatureException',
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  ),
  'bedrock-model-access': bedrock(
    403,
    'forbidden',
    'AccessDeniedException',
    "You don't have access to the model with the specified model ID.",
  ),
  'bedrock-daily-tokens': bedrock(
    429,
    'quota',
    'ThrottlingException',
    'Too many tokens per day, please wait before trying again.',
  ),
  'azure-bad-key': badKey({
    error: {
      code: '401',
      message:
        'Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource.',
    },
  }),
  'azure-quota': quota(429, {
    error: {
      code: 'insufficient_quota',
      message: 'You exceeded your current quota, please check your plan and billing details.',
    },
  }),
} as const satisfies Readonly<Record<string, Refusal>>

const ALL = { ...REFUSALS, ...NATIVE_REFUSALS }

export type RefusalName = keyof typeof ALL

/** Those in OpenAI's dialect and its relatives'. */
export const REFUSAL_NAMES: readonly RefusalName[] = Object.keys(REFUSALS).filter(isRefusalName)
/** Those of Anthropic, Gemini, Vertex, Bedrock and Azure, each in its own shape. */
export const NATIVE_REFUSAL_NAMES: readonly RefusalName[] = Object.keys(NATIVE_REFUSALS).filter(isRefusalName)

/** Status, meaning and body of a refusal. */
export function refusal(name: RefusalName): Refusal {
  return ALL[name]
}

/** The names of the refusals in OpenAI's dialect with this meaning, for a table of tests. */
export function refusalsMeaning(meaning: Refusal['meaning']): readonly RefusalName[] {
  return REFUSAL_NAMES.filter((name) => ALL[name].meaning === meaning)
}

function isRefusalName(name: string): name is RefusalName {
  return Object.hasOwn(ALL, name)
}

function bedrock(status: number, meaning: Refusal['meaning'], exception: string, message: string): Refusal {
  return { status, meaning, body: { message }, headers: { 'x-amzn-errortype': exception } }
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
