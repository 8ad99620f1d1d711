// Claude on Vertex AI: Anthropic's body behind Google's door.
import { BadRequest, bearer, type Dialect, guarded, type Incoming, type Reply } from '../dialect.ts'
import { isObject, parsed, textIn } from '../json.ts'
import { geminiError, geminiTrouble } from '../gemini/wire.ts'
import { anthropicError, anthropicStreamError, anthropicTrouble } from './errors.ts'
import { ANTHROPIC_STREAM_HEADERS, countReply, messagesReply, readBody } from './index.ts'
import { hostedCountRequest, hostedRequest } from './shapes.ts'

export interface VertexAnthropicOptions {
  /** Good access tokens. */
  readonly keys?: readonly string[]
}

const PATH =
  /^\/v1(?:beta1)?\/projects\/[^/]+\/locations\/[^/]+\/publishers\/anthropic\/models\/([^:/]+):(rawPredict|streamRawPredict)$/
const VERSION = 'vertex-2023-10-16'

export function vertexAnthropicDialect(options: VertexAnthropicOptions = {}): Dialect {
  const dialect: Dialect = {
    name: 'vertex-anthropic',
    owns: (path) => PATH.test(path),
    glance(headers, path, body) {
      const model = decodeURIComponent(PATH.exec(path)?.[1] ?? '')
      const request = parsed(body)
      const stream = isObject(request) && request['stream'] === true
      return { model, stream, key: bearer(headers), generates: model !== 'count-tokens' }
    },
    reply: (incoming) => guarded(dialect, () => route(incoming, options)),
    // The model's own complaints are Anthropic's, the door's are Google's.
    error: (terms) => ([401, 403, 404, 429].includes(terms.status) ? geminiError(terms) : anthropicError(terms)),
    streamError: anthropicStreamError,
    trouble: (trouble) =>
      ['unauthorized', 'forbidden', 'model-not-found', 'rate-limited', 'no-credit'].includes(trouble.kind)
        ? geminiTrouble(trouble.kind === 'unauthorized' ? { status: 401, ...trouble } : trouble)
        : anthropicTrouble(trouble),
    streamHeaders: ANTHROPIC_STREAM_HEADERS,
  }
  return dialect
}

function route(incoming: Incoming, options: VertexAnthropicOptions): Reply {
  const key = bearer(incoming.headers)
  if (key === undefined || (options.keys !== undefined && !options.keys.includes(key))) {
    throw new BadRequest(
      'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.',
      { status: 401 },
    )
  }
  const [, encoded = '', action] = PATH.exec(incoming.path) ?? []
  const model = decodeURIComponent(encoded)
  const betas = (incoming.headers['anthropic-beta'] ?? '')
    .split(',')
    .map((beta) => beta.trim())
    .filter(Boolean)
  const terms = { betas, version: '2023-06-01', hosted: true, alternate: false }
  if (model === 'count-tokens') return countReply(readBody(incoming, hostedCountRequest(VERSION), terms))
  const request = readBody(incoming, hostedRequest(VERSION, true), { ...terms, model })
  const stream = request['stream'] === true
  if (stream !== (action === 'streamRawPredict')) {
    throw new BadRequest(`stream: must be ${action === 'streamRawPredict'} for ${String(action)}`)
  }
  // `claude-sonnet-4-5@20250929` answers as claude-sonnet-4-5-20250929.
  return messagesReply(
    incoming,
    { ...request, model: textIn(request, 'model') ?? model },
    model.replace('@', '-'),
    stream,
  )
}
