// Azure OpenAI: OpenAI's endpoints behind Azure's addresses, in both styles, and with its content filter's remarks.
//
//   /openai/deployments/{deployment}/chat/completions?api-version=2024-10-21     the model is the deployment
//   /openai/v1/chat/completions, /openai/v1/responses                            the model stands in the body
//   /openai/responses?api-version=2025-04-01-preview
import { BadRequest, bearer, type Dialect, guarded, type Incoming, type Reply, type StreamEvent } from '../dialect.ts'
import { isObject, type Json, parsed, parsedText, textIn } from '../json.ts'
import { errorReply, openAiTrouble, sse } from '../openai/wire.ts'

export interface AzureOptions {
  /** Good keys (`api-key`) and access tokens. Without them any is good; none is refused. */
  readonly keys?: readonly string[]
  /** Deployments that exist; default: all. */
  readonly deployments?: readonly string[]
}

const DEPLOYMENT = /^\/openai\/deployments\/([^/]+)\/(.+)$/

/** `inner` are the dialects of OpenAI that answer behind the door. */
export function azureDialect(inner: readonly Dialect[], options: AzureOptions = {}): Dialect {
  const behind = (path: string): Dialect | undefined => {
    const target = openAiPath(path)
    return inner.find((dialect) => dialect.owns(target, {}, new URLSearchParams()))
  }
  const dialect: Dialect = {
    name: 'azure-openai',
    owns: (path) => path.startsWith('/openai/'),
    glance(headers, path, body, query) {
      const glance = behind(path)?.glance(headers, openAiPath(path), body, query)
      const deployment = DEPLOYMENT.exec(path)?.[1]
      return {
        stream: false,
        ...glance,
        model: deployment === undefined ? glance?.model : decodeURIComponent(deployment),
        key: headers['api-key'] ?? bearer(headers),
      }
    },
    reply(incoming) {
      const reply = guarded(dialect, () => route(incoming, behind(incoming.path), options))
      return { ...reply, headers: { 'apim-request-id': incoming.id, 'x-ms-region': 'East US', ...reply.headers } }
    },
    error: errorReply,
    streamError: (terms) => ({
      kind: 'error',
      bytes: sse(
        JSON.stringify({
          error: { message: terms.message, type: terms.type ?? null, param: null, code: terms.code ?? null },
        }),
      ),
      tokens: 0,
    }),
    trouble(trouble) {
      if (trouble.kind !== 'content-filter') {
        const terms = openAiTrouble(trouble)
        return trouble.kind === 'unauthorized' ? { ...terms, message: DENIED, code: '401' } : terms
      }
      const filtered = {
        hate: SAFE,
        self_harm: SAFE,
        sexual: SAFE,
        violence: { filtered: true, severity: 'high' },
        jailbreak: { filtered: false, detected: false },
      }
      return {
        ...openAiTrouble(trouble),
        message:
          trouble.message ??
          "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry. To learn more about our content filtering policies please read our documentation: https://go.microsoft.com/fwlink/?linkid=2198766",
        param: 'prompt',
        code: 'content_filter',
        more: { status: 400, innererror: { code: 'ResponsibleAIPolicyViolation', content_filter_result: filtered } },
      }
    },
    streamHeaders: { 'content-type': 'text/event-stream; charset=utf-8' },
  }
  return dialect
}

const DENIED =
  'Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource.'
const SAFE = { filtered: false, severity: 'safe' } as const

function openAiPath(path: string): string {
  const inDeployment = DEPLOYMENT.exec(path)?.[2]
  return inDeployment === undefined ? path.replace(/^\/openai(?:\/v1)?/, '/v1') : `/v1/${inDeployment}`
}

function route(incoming: Incoming, inner: Dialect | undefined, options: AzureOptions): Reply {
  const { headers, path, query } = incoming
  const key = headers['api-key'] ?? bearer(headers)
  if (key === undefined || (options.keys !== undefined && !options.keys.includes(key))) {
    throw new BadRequest(DENIED, { status: 401, type: 'invalid_request_error', code: '401' })
  }
  const deployment = DEPLOYMENT.exec(path)?.[1]
  const versioned = path.startsWith('/openai/v1/')
  if (inner === undefined || (!versioned && query.get('api-version') === null)) {
    throw new BadRequest('Resource not found', { status: 404, code: '404' })
  }
  if (
    deployment !== undefined &&
    options.deployments !== undefined &&
    !options.deployments.includes(decodeURIComponent(deployment))
  ) {
    throw new BadRequest(
      'The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again.',
      { status: 404, code: 'DeploymentNotFound' },
    )
  }
  const body = deployment === undefined ? incoming.body : withModel(incoming.body, decodeURIComponent(deployment))
  const bearerHeaders = { ...headers, authorization: `Bearer ${key}` }
  let trouble: unknown
  const answer: Incoming['answer'] = (question) => {
    try {
      return incoming.answer(question)
    } catch (error) {
      trouble = error
      throw error
    }
  }
  const reply = inner.reply({ ...incoming, answer, path: openAiPath(path), body, headers: bearerHeaders })
  // A scripted trouble is told in Azure's words, not in OpenAI's.
  if (trouble !== undefined) throw trouble
  return openAiPath(path) === '/v1/chat/completions' ? filtered(reply) : reply
}

function withModel(body: Buffer, deployment: string): Buffer {
  const request = parsed(body)
  return isObject(request) ? Buffer.from(JSON.stringify({ ...request, model: deployment })) : body
}

const PROMPT_FILTER = [
  { prompt_index: 0, content_filter_results: { hate: SAFE, self_harm: SAFE, sexual: SAFE, violence: SAFE } },
]

/** A first chunk without choices and with empty names, as the asynchronous filter sends it; its remarks on a whole answer. */
function filtered(reply: Reply): Reply {
  if (reply.kind === 'stream') {
    const opening = { choices: [], created: 0, id: '', model: '', object: '', prompt_filter_results: PROMPT_FILTER }
    const first: StreamEvent = { kind: 'start', bytes: sse(JSON.stringify(opening)), tokens: 0 }
    return { ...reply, events: prefixed(first, reply.events) }
  }
  const whole = reply.status === 200 ? parsedText(String(reply.body)) : undefined
  if (!isObject(whole) || !Array.isArray(whole['choices'])) return reply
  const choices = whole['choices'].map((choice: Json) => ({
    ...choice,
    content_filter_results: PROMPT_FILTER[0]?.content_filter_results,
  }))
  return {
    ...reply,
    body: JSON.stringify({ ...whole, choices, prompt_filter_results: PROMPT_FILTER, model: textIn(whole, 'model') }),
  }
}

function* prefixed(first: StreamEvent, rest: Iterable<StreamEvent>): Generator<StreamEvent> {
  yield first
  yield* rest
}
