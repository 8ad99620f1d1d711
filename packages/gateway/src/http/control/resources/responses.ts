// Stored responses, and those that are made in the background: to read, watch, cancel and delete. They are made at
// POST /v1/responses, by a worker.
import { z } from 'zod'
import { GatewayError } from '../../../core/errors.ts'
import { checkEndpoint } from '../../../identity/permission.ts'
import type { Principal } from '../../../identity/principal.ts'
import { endJob } from '../../../responses/jobs/end-job.ts'
import { followEvents, replay } from '../../../responses/jobs/follow.ts'
import { cancelled, inProgress } from '../../../responses/jobs/response-states.ts'
import type { ResponseLibrary, StoredResponse } from '../../../responses/response-library.ts'
import { EMPTY_BODY } from '../api/fields.ts'
import { type Route, route } from '../api/route.ts'
import {
  deletedResponseShape,
  itemListQuery,
  itemListReply,
  itemListShape,
  jsonReply,
  pageOf,
  responseShape,
  unknown,
} from './response-shapes.ts'

/** What was said is for those who work with it. */
const COMMON = { access: 'key', role: 'developer', tag: 'Responses' } as const
const PATH = '/v1/responses/{response_id}'
const EXAMPLE = { path: '/v1/responses/resp_3f0c6a2f9e1d4b7a8c5d6e7f' }
const params = z.object({ response_id: z.string().max(200).describe('`resp_...`') })
const FORBIDDEN = ['permission_denied'] as const

const truth = z.enum(['true', 'false', '1', '0', ''])

export const RESPONSE_ROUTES: readonly Route[] = [
  route({
    ...COMMON,
    method: 'GET',
    path: PATH,
    name: 'getResponse',
    summary: 'A stored response',
    description:
      'With stream=true the stream of a background response that was begun with stream: true, from its first event or from the one behind starting_after, to its end, also while it is still being made.',
    errors: FORBIDDEN,
    params,
    query: z.object({
      stream: truth.optional().describe('true = as server-sent events.'),
      starting_after: z
        .string()
        .regex(/^\d{1,9}$/, 'must be the sequence_number of an event.')
        .optional()
        .describe('With stream: the sequence_number of the last event that is known.'),
      include: z.string().max(2000).optional().describe('What is stored is shown whole, so this changes nothing.'),
      include_obfuscation: truth.optional().describe('Changes nothing: there is none.'),
    }),
    example: EXAMPLE,
    reply: {
      description: 'As it was sent, or as far as it is.',
      schema: responseShape,
      content: { 'text/event-stream': 'Its events.' },
    },
    async handler(
      { principal, params: { response_id: id }, query: { stream, starting_after }, request },
      { responses },
    ) {
      mayUse(principal, PATH)
      const stored = await find(responses, principal, id)
      if (stream !== 'true' && stream !== '1') return jsonReply(shown(stored))
      if (stored.job?.stream !== true) {
        const message = 'Only a background response that was begun with stream: true can be streamed again.'
        throw new GatewayError('invalid_request', message, { param: 'stream' })
      }
      const from = starting_after === undefined ? 0 : Number(starting_after) + 1
      return streamOf(responses, principal.accountId, id, from, request.signal)
    },
  }),

  route({
    ...COMMON,
    method: 'DELETE',
    path: PATH,
    name: 'deleteResponse',
    summary: 'Delete a stored response',
    description:
      'One that is still being made is cancelled. Responses that go on from it stay, and know what they knew.',
    errors: FORBIDDEN,
    params,
    example: EXAMPLE,
    reply: { description: 'It is gone.', schema: deletedResponseShape },
    async handler({ principal, params: { response_id: id } }, { responses }) {
      mayUse(principal, PATH)
      if (!(await responses.remove(principal.accountId, id))) throw unknown('response', id)
      return { id, object: 'response' as const, deleted: true as const }
    },
  }),

  route({
    ...COMMON,
    method: 'POST',
    path: `${PATH}/cancel`,
    name: 'cancelResponse',
    summary: 'Cancel a background response',
    description: 'One that has ended already is left as it is, so cancelling twice does no harm.',
    errors: [...FORBIDDEN, 'invalid_request'],
    params,
    body: EMPTY_BODY,
    example: { path: `${EXAMPLE.path}/cancel` },
    reply: { description: 'The response as it is now.', schema: responseShape },
    async handler({ principal, params: { response_id: id } }, { responses }) {
      mayUse(principal, `${PATH}/cancel`)
      const answer = await endJob(responses, principal.accountId, id, cancelled)
      if (answer === null) throw unknown('response', id)
      if (answer === 'not-background') {
        const message = 'Only a background response can be cancelled. To end another one, close its connection.'
        throw new GatewayError('invalid_request', message, { param: 'response_id' })
      }
      return jsonReply(shown(await find(responses, principal, id)))
    },
  }),

  route({
    ...COMMON,
    method: 'GET',
    path: `${PATH}/input_items`,
    name: 'listInputItems',
    summary: 'What a response was made from',
    description: 'All that the model was given: what came before in its chain or conversation, then its own input.',
    errors: FORBIDDEN,
    params,
    query: itemListQuery,
    example: { path: `${EXAMPLE.path}/input_items` },
    reply: { description: 'A page of items.', schema: itemListShape },
    async handler({ principal, params: { response_id: id }, query }, { responses }) {
      mayUse(principal, `${PATH}/input_items`)
      const items = await responses.inputItems(principal.accountId, id, pageOf(query))
      if (items === null) throw unknown('response', id)
      return itemListReply(items)
    },
  }),
]

/**
 * A key that may make responses may do all with them that its account may.
 * @throws {GatewayError} `permission_denied`
 */
export function mayUse(principal: Principal, path: string): void {
  try {
    checkEndpoint(principal, '/v1/responses', null)
  } catch {
    checkEndpoint(principal, path, null)
  }
}

async function find(
  responses: Pick<ResponseLibrary, 'get'>,
  { accountId }: Principal,
  id: string,
): Promise<StoredResponse> {
  const stored = await responses.get(accountId, id)
  if (stored === null) throw unknown('response', id)
  return stored
}

/** Somebody works on it: its object says so only at the end. */
function shown({ response, status, job }: StoredResponse): string {
  return status === 'queued' && job?.state === 'running' ? inProgress(response) : response
}

function streamOf(
  responses: ResponseLibrary,
  accountId: string,
  id: string,
  from: number,
  signal: AbortSignal,
): Response {
  const left = new AbortController()
  const ended = AbortSignal.any([left.signal, signal])
  const events = replay((at) => followEvents(responses, accountId, id, at, ended), from)
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await events.next()
      if (done === true || ended.aborted) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
    async cancel() {
      left.abort()
      await events.return(undefined)
    },
  })
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
    },
  })
}
