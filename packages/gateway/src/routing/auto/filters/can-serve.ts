// Whether a model can serve a request at all. What cannot must never win on price; each refusal has a reason that a
// receipt can show.
import type { ProviderType } from '../../../config/config.ts'
import { isWish, type DataPolicy } from '../../../core/data-policy.ts'
import { allKeep } from '../../data-keepers.ts'
import { candidatesOfRoute, type Route } from '../../route.ts'
import type { PoolModel } from '../pools/pool-model.ts'
import type { RequestView } from '../view/request-view.ts'
import type { FilterReason } from './reasons.ts'

/** Tokens are estimated from bytes: so much more than the estimate must fit. */
const CONTEXT_MARGIN = 1.1
/** What an answer needs at least where the client sets no limit. */
const LEAST_ANSWER_TOKENS = 256

const SEVERAL_ANSWERS: ReadonlySet<ProviderType> = new Set([
  'openai',
  'azure-openai',
  'openai-compatible',
  'gemini',
  'vertex',
  'simulator',
])
const LOGPROBS: ReadonlySet<ProviderType> = new Set(['openai', 'azure-openai', 'openai-compatible', 'simulator'])

/** Null = it can. @param endpoint whether it is asked to chat, or for old-fashioned completions */
export function whyNot(
  { info }: PoolModel,
  route: Route,
  view: RequestView,
  endpoint: 'chat' | 'completions',
): FilterReason | null {
  const can = info?.capabilities
  const lacks = (capability: string): boolean => can !== undefined && !can.includes(capability)
  if (endpoint === 'completions' ? can !== undefined && !can.includes('completions') : lacks('chat')) return 'not_chat'
  // Of pictures and sound nothing is believed that nobody has said.
  if ((view.vision || view.files) && (can === undefined || lacks('vision')))
    return view.vision ? 'no_vision' : 'no_files'
  if (view.audio && can?.includes('audio') !== true) return 'no_audio'
  if (view.tools && lacks('tools')) return 'no_tools'
  // No vendor gives the one without the other.
  if (view.hasSchema && lacks('tools')) return 'no_structured_output'
  if (view.reasoning && lacks('reasoning')) return 'no_reasoning'
  if (view.answers > 1 && !hasProvider(route, SEVERAL_ANSWERS)) return 'one_answer_only'
  if (view.logprobs && !hasProvider(route, LOGPROBS)) return 'no_logprobs'
  const { contextLength } = route
  if (contextLength !== null && neededTokens(view) > contextLength) return 'context_window'
  return null
}

/** Any of its candidates may be the one that is sent to. */
export function keepsData(route: Route, wanted: DataPolicy): boolean {
  return !isWish(wanted) || allKeep(route, wanted)
}

/** Whether it can be asked at this moment. */
export function whyNotNow(route: Route, nowMs: number): FilterReason | null {
  let resting = false
  for (const candidate of candidatesOfRoute(route)) {
    if (candidate.available(nowMs)) return null
    if (candidate.permitted(nowMs) && candidate.resting(nowMs)) resting = true
  }
  return resting ? 'rate_limited' : 'unavailable'
}

function neededTokens({ inputTokens, maxOutputTokens }: RequestView): number {
  return Math.ceil(inputTokens * CONTEXT_MARGIN) + Math.max(LEAST_ANSWER_TOKENS, maxOutputTokens)
}

function hasProvider(route: Route, types: ReadonlySet<ProviderType>): boolean {
  for (const { provider } of candidatesOfRoute(route)) if (types.has(provider.config.type)) return true
  return false
}
