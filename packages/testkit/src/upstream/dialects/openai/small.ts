// The endpoints whose answer is a fixed shape: images, moderations, models.
import { countTokens } from '../../answer.ts'
import { type Incoming, jsonReply, type Reply } from '../dialect.ts'
import { BadRequest, optionalCount, parseBody, replyHeaders, requiredModel } from './wire.ts'

/** A black PNG of one pixel. */
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNgYGAAAAAEAAH2FzhVAAAAAElFTkSuQmCC'

/** POST /v1/images/generations: gpt-image answers in base64 with usage, dall-e by URL unless asked otherwise. */
export function imagesReply(incoming: Incoming): Reply {
  const request = parseBody(incoming.body)
  const prompt = request['prompt']
  if (typeof prompt !== 'string' || prompt === '') {
    throw new BadRequest("Missing required parameter: 'prompt'.", 'prompt', 'missing_required_parameter')
  }
  const model = typeof request['model'] === 'string' ? request['model'] : 'dall-e-2'
  const count = optionalCount(request, 'n', 10) ?? 1
  const priced = model.startsWith('gpt-image')
  const base64 = priced || request['response_format'] === 'b64_json'
  const image = base64 ? { b64_json: PIXEL } : { url: `data:image/png;base64,${PIXEL}` }
  const promptTokens = countTokens(prompt)
  const completionTokens = priced ? 272 * count : 0
  const usage = {
    input_tokens: promptTokens,
    input_tokens_details: { text_tokens: promptTokens, image_tokens: 0 },
    output_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  }
  const data = Array.from({ length: count }, () =>
    model === 'dall-e-3' ? { ...image, revised_prompt: prompt } : image,
  )
  const body = { created: incoming.createdS, data, ...(priced ? { usage } : {}) }
  return jsonReply(200, JSON.stringify(body), { promptTokens, completionTokens }, replyHeaders(incoming))
}

const CATEGORIES = [
  'harassment',
  'harassment/threatening',
  'hate',
  'hate/threatening',
  'illicit',
  'illicit/violent',
  'self-harm',
  'self-harm/intent',
  'self-harm/instructions',
  'sexual',
  'sexual/minors',
  'violence',
  'violence/graphic',
]

/** POST /v1/moderations: text with the word "kill" is flagged as violence. */
export function moderationsReply(incoming: Incoming): Reply {
  const request = parseBody(incoming.body)
  const input: unknown = request['input']
  if (input === undefined)
    throw new BadRequest("Missing required parameter: 'input'.", 'input', 'missing_required_parameter')
  const inputs: unknown[] = Array.isArray(input) ? input : [input]
  const results = inputs.map((one) => {
    const flagged = JSON.stringify(one).includes('kill')
    const each = <Value>(hit: Value, miss: Value): Record<string, Value> =>
      Object.fromEntries(CATEGORIES.map((name) => [name, flagged && name === 'violence' ? hit : miss]))
    return {
      flagged,
      categories: each(true, false),
      category_scores: each(0.98, 0.0001),
      category_applied_input_types: each<string[]>(['text'], ['text']),
    }
  })
  const model = typeof request['model'] === 'string' ? request['model'] : 'omni-moderation-latest'
  const body = {
    id: `modr-${incoming.id}`,
    model: model === 'omni-moderation-latest' ? 'omni-moderation-2024-09-26' : model,
    results,
  }
  return jsonReply(200, JSON.stringify(body), undefined, replyHeaders(incoming))
}

/** GET /v1/models and /v1/models/{id}. */
export function modelsReply(incoming: Incoming, models: readonly string[]): Reply {
  const entry = (id: string) => ({ id, object: 'model', created: 1_715_367_049, owned_by: 'system' })
  const wanted = /^\/v1\/models\/(.+)$/.exec(incoming.path)?.[1]
  if (wanted === undefined) {
    return jsonReply(
      200,
      JSON.stringify({ object: 'list', data: models.map(entry) }),
      undefined,
      replyHeaders(incoming),
    )
  }
  const id = decodeURIComponent(wanted)
  if (!models.includes(id)) throw new BadRequest(`The model '${id}' does not exist`, 'model', 'model_not_found', 404)
  return jsonReply(200, JSON.stringify(entry(id)), undefined, replyHeaders(incoming))
}

/** Refuses a model that is not on the list, as a provider does. */
export function knownModel(body: Buffer, models: readonly string[]): void {
  const model = requiredModel(parseBody(body))
  if (models.includes(model)) return
  throw new BadRequest(
    `The model \`${model}\` does not exist or you do not have access to it.`,
    null,
    'model_not_found',
    404,
  )
}
