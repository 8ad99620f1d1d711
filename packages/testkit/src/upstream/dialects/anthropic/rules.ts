// What Anthropic refuses beyond the shape: empty text, tool results that are late or missing, thinking that it did not write,
// parameters that exclude each other. In the API's own words.
import type { Seals } from '../../seals.ts'
import { BadRequest } from '../dialect.ts'
import { isObject, type Json, listOf, numberIn, objectOf, textIn } from '../json.ts'

export interface Rules {
  readonly seals: Seals
  readonly model: string
  /** `anthropic-version`. */
  readonly version: string
  /** Two turns of a role in a row are an error; by default the API joins them. */
  readonly alternate: boolean
  /** On Bedrock or Vertex. */
  readonly hosted: boolean
}

/** Throws BadRequest. */
export function checkRules(request: Json, rules: Rules): void {
  checkSystem(request['system'])
  checkMessages(request, rules)
  if (rules.hosted) checkSources(request['messages'], 'messages')
  checkTools(request)
  checkThinking(request, rules)
  checkStops(request['stop_sequences'])
  checkCacheMarks(request)
}

function fail(message: string): never {
  throw new BadRequest(message)
}

function checkSystem(system: unknown): void {
  for (const [index, block] of listOf(system).entries()) {
    if (textIn(block, 'text') !== '') continue
    if (isObject(block) && isObject(block['cache_control']))
      fail(`system.${index}: cache_control cannot be set for empty text blocks`)
    fail('system: text content blocks must be non-empty')
  }
}

function checkMessages(request: Json, rules: Rules): void {
  const messages = listOf(request['messages']).map(objectOf)
  if (messages.length === 0) fail('messages: at least one message is required')
  if (messages[0]?.['role'] === 'assistant') fail('messages: first message must use the "user" role')
  for (const [index, message] of messages.entries()) {
    const { role } = message
    if (role === 'system' && rules.version < '2026-10-21' && !takesMidSystem(rules.model)) {
      fail(
        `messages.${index}.role: Unexpected role "system". The Messages API accepts a top-level \`system\` parameter, not "system" as an input message role.`,
      )
    }
    if (rules.alternate && index > 0 && messages[index - 1]?.['role'] === role) {
      fail(
        `messages: roles must alternate between "user" and "assistant", but found multiple "${String(role)}" roles in a row`,
      )
    }
    checkContent(message, index, index === messages.length - 1, rules)
  }
  checkToolOrder(messages)
  checkPrefill(messages.at(-1), request, rules)
}

/** The clouds fetch nothing. The path is as Vertex says it, also for a document (anthropics/anthropic-sdk-typescript#1038). */
function checkSources(value: unknown, at: string): void {
  for (const [index, entry] of listOf(value).entries()) {
    const where = `${at}.${index}`
    if (textIn(objectOf(entry)['source'], 'type') === 'url')
      fail(`${where}.image.source.base64.data: URL sources are not supported`)
    checkSources(objectOf(entry)['content'], `${where}.content`)
  }
}

const USER_ONLY = new Set(['tool_result', 'image', 'document', 'search_result'])
const ASSISTANT_ONLY = new Set(['tool_use', 'thinking', 'redacted_thinking'])

function checkContent(message: Json, index: number, last: boolean, rules: Rules): void {
  const { role, content } = message
  const optional = role === 'assistant'
  if (typeof content === 'string') {
    if (content === '' && !(optional && last)) {
      fail(
        `messages.${index}: ${role === 'user' ? 'user messages must have non-empty content' : 'all messages must have non-empty content except for the optional final assistant message'}`,
      )
    }
    if (content !== '' && content.trim() === '') fail('messages: text content blocks must contain non-whitespace text')
    return
  }
  const blocks = listOf(content)
  if (blocks.length === 0 && !optional) fail(`messages.${index}: user messages must have non-empty content`)
  const onlyText = blocks.every((block) => textIn(block, 'type') === 'text')
  for (const [at, block] of blocks.entries()) {
    const type = textIn(block, 'type') ?? ''
    const text = textIn(block, 'text')
    if (type === 'text' && text !== undefined) {
      if (text === '' && isObject(block) && isObject(block['cache_control'])) {
        fail(`messages.${index}.content.${at}: cache_control cannot be set for empty text blocks`)
      }
      if (text === '') fail('messages: text content blocks must be non-empty')
      if (text.trim() === '' && (role === 'user' || onlyText))
        fail('messages: text content blocks must contain non-whitespace text')
    }
    if (role === 'assistant' && USER_ONLY.has(type)) {
      fail(
        `messages.${index}.content.${at}: ${type === 'tool_result' ? '`tool_result` blocks can only be in `user` messages' : `\`${type}\` blocks are not permitted in \`assistant\` messages`}`,
      )
    }
    if (role === 'user' && ASSISTANT_ONLY.has(type)) {
      fail(`messages.${index}.content.${at}: \`${type}\` blocks can only be in \`assistant\` messages`)
    }
    checkIds(block, type, `messages.${index}.content.${at}`)
    checkSignature(block, type, `messages.${index}.content.${at}`, rules.seals)
  }
}

function checkIds(block: unknown, type: string, at: string): void {
  const [member, value] =
    type === 'tool_use' ? ['id', textIn(block, 'id')] : ['tool_use_id', textIn(block, 'tool_use_id')]
  if ((type !== 'tool_use' && type !== 'tool_result') || value === undefined) return
  if (!/^[a-zA-Z0-9_-]+$/.test(value)) fail(`${at}.${type}.${member}: String should match pattern '^[a-zA-Z0-9_-]+$'`)
  const name = textIn(block, 'name')
  if (type === 'tool_use' && name !== undefined && !/^[a-zA-Z0-9_-]{1,128}$/.test(name)) {
    fail(`${at}.tool_use.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'`)
  }
}

function checkSignature(block: unknown, type: string, at: string, seals: Seals): void {
  if (type === 'thinking') {
    const signature = textIn(block, 'signature') ?? ''
    if (!seals.knows('claude', signature)) fail(`${at}: Invalid \`signature\` in \`thinking\` block`)
    // An empty text with a good signature is what `display: omitted` gives.
    const text = textIn(block, 'thinking') ?? ''
    if (text !== '' && !seals.fits('claude', signature, text)) {
      fail(
        `${at}: \`thinking\` or \`redacted_thinking\` blocks in the latest assistant message cannot be modified. These blocks must remain as they were in the original response.`,
      )
    }
  }
  if (type === 'redacted_thinking' && !seals.knows('claude', textIn(block, 'data') ?? '')) {
    fail(`${at}: Invalid \`data\` in \`redacted_thinking\` block`)
  }
}

function blocksOf(message: Json | undefined, type: string, member: string): string[] {
  return listOf(message?.['content']).flatMap((block) =>
    textIn(block, 'type') === type ? [textIn(block, member) ?? ''] : [],
  )
}

/** Calls are answered in the very next user turn, all of them, before any other block; the API sees equal roles as one turn. */
function checkToolOrder(messages: readonly Json[]): void {
  const turns = joined(messages)
  for (const [index, turn] of turns.entries()) {
    const called = blocksOf(turns[index - 1], 'tool_use', 'id')
    const answered = blocksOf(turn, 'tool_result', 'tool_use_id')
    const at = Number(turn['index'])
    const twice = called.find((id, position) => called.indexOf(id) !== position)
    if (twice !== undefined) fail(`messages.${at}.content: \`tool_use\` ids must be unique`)
    for (const [position, block] of listOf(turn['content']).entries()) {
      const id = textIn(block, 'type') === 'tool_result' ? textIn(block, 'tool_use_id') : undefined
      if (id === undefined) continue
      if (!called.includes(id)) {
        fail(
          `messages.${at}.content.${position}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${id}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
        )
      }
    }
    const missing = called.filter((id) => !answered.includes(id))
    const first = listOf(turn['content']).findIndex((block) => textIn(block, 'type') !== 'tool_result')
    const late =
      first >= 0 &&
      listOf(turn['content'])
        .slice(first)
        .some((block) => textIn(block, 'type') === 'tool_result')
    if (missing.length > 0 || (late && called.length > 0)) {
      fail(unanswered(Number(turns[index - 1]?.['index'] ?? at - 1), missing.length > 0 ? missing : called))
    }
  }
  const last = turns.at(-1)
  const open = blocksOf(last, 'tool_use', 'id')
  if (open.length > 0) fail(unanswered(Number(last?.['index']), open))
}

function unanswered(index: number, ids: readonly string[]): string {
  return `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${ids.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`
}

function joined(messages: readonly Json[]): Json[] {
  const turns: Json[] = []
  for (const [index, message] of messages.entries()) {
    if (message['role'] === 'system') continue
    const content =
      typeof message['content'] === 'string' ? [{ type: 'text', text: message['content'] }] : listOf(message['content'])
    const before = turns.at(-1)
    if (before?.['role'] === message['role'])
      turns[turns.length - 1] = { ...before, content: [...listOf(before?.['content']), ...content] }
    else turns.push({ role: message['role'], content, index })
  }
  return turns
}

function checkPrefill(last: Json | undefined, request: Json, rules: Rules): void {
  if (last?.['role'] !== 'assistant') return
  const { content } = last
  const text = typeof content === 'string' ? content : (textIn(listOf(content).at(-1), 'text') ?? '')
  if (takesNoSampling(rules.model))
    fail('This model does not support assistant message prefill. The conversation must end with a user message.')
  if (/\s$/.test(text)) fail('messages: final assistant content cannot end with trailing whitespace')
  if (objectOf(request['thinking'])['type'] === 'enabled') {
    fail('messages: prefilling assistant messages is not supported when thinking is enabled')
  }
}

function checkTools(request: Json): void {
  const names = listOf(request['tools']).map((tool) => textIn(tool, 'name') ?? '')
  for (const [index, name] of names.entries()) {
    const custom = textIn(listOf(request['tools'])[index], 'type') ?? 'custom'
    if (custom === 'custom' && !/^[a-zA-Z0-9_-]{1,128}$/.test(name)) {
      fail(`tools.${index}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'`)
    }
    if (names.indexOf(name) !== index) fail('tools: Tool names must be unique.')
  }
  const choice = request['tool_choice']
  if (choice === undefined) return
  const type = textIn(choice, 'type')
  if (names.length === 0 && type !== 'none')
    fail('tool_choice: `tool_choice` may only be specified while providing `tools`.')
  const name = textIn(choice, 'name')
  if (type === 'tool' && name !== undefined && !names.includes(name))
    fail(`tool_choice: Tool '${name}' not found in provided tools`)
}

function checkThinking(request: Json, rules: Rules): void {
  const thinking = objectOf(request['thinking'])
  const modern = takesNoSampling(rules.model)
  if (modern) {
    for (const name of ['temperature', 'top_p', 'top_k']) {
      if (request[name] !== undefined) fail(`${name}: \`${name}\` is not supported on this model.`)
    }
    if (thinking['type'] === 'enabled')
      fail(
        'thinking: `thinking.type.enabled` is not supported on this model. Use `thinking.type.adaptive` and `output_config.effort`.',
      )
  }
  if (
    /claude-(?:opus|sonnet|haiku)-4-5/.test(rules.model) &&
    request['temperature'] !== undefined &&
    request['top_p'] !== undefined
  ) {
    fail('`temperature` and `top_p` cannot both be specified for this model. Please use only one.')
  }
  if (
    thinking['type'] === 'adaptive' &&
    /claude-(?:2|3|instant|opus-4-[015]|sonnet-4-[05]|haiku-4|opus-4-2|sonnet-4-2)/.test(rules.model)
  ) {
    fail('adaptive thinking is not supported on this model')
  }
  checkEffort(textIn(request['output_config'], 'effort'), rules.model)
  if (thinking['type'] !== 'enabled' && thinking['type'] !== 'adaptive') return
  const budget = numberIn(thinking, 'budget_tokens')
  const max = numberIn(request, 'max_tokens')
  if (budget !== undefined && max !== undefined && budget >= max)
    fail(
      '`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking#max-tokens-and-context-window-size',
    )
  const choice = textIn(request['tool_choice'], 'type')
  // Adaptive thinking takes a forced tool (recorded); thinking with a budget does not.
  if (thinking['type'] === 'enabled' && (choice === 'any' || choice === 'tool'))
    fail('Thinking may not be enabled when tool_choice forces tool use.')
  const { temperature } = request
  if (temperature !== undefined && temperature !== 1) {
    fail(
      '`temperature` may only be set to 1 when thinking is enabled. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking#important-considerations-when-using-extended-thinking',
    )
  }
  if (request['top_k'] !== undefined) fail('`top_k` must be unset when thinking is enabled.')
  const topP = numberIn(request, 'top_p')
  if (topP !== undefined && topP < 0.95)
    fail('`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.')
  if (thinking['type'] === 'enabled') checkLastThought(request)
}

function checkEffort(effort: string | undefined, model: string): void {
  if (effort === undefined) return
  const levels = /claude-opus-4-5/.test(model)
    ? ['high', 'low', 'medium']
    : /claude-(?:opus|sonnet)-4-6/.test(model)
      ? ['high', 'low', 'max', 'medium']
      : undefined
  if (levels === undefined || levels.includes(effort)) return
  fail(`This model does not support effort level '${effort}'. Supported levels: ${levels.join(', ')}.`)
}

/** With thinking on, the assistant turn of a running tool loop begins with thinking. */
function checkLastThought(request: Json): void {
  const messages = listOf(request['messages']).map(objectOf)
  const index = messages.findLastIndex((message) => message['role'] === 'assistant')
  const message = messages[index]
  if (blocksOf(message, 'tool_use', 'id').length === 0) return
  const first = textIn(listOf(message?.['content'])[0], 'type') ?? ''
  if (first === 'thinking' || first === 'redacted_thinking') return
  fail(
    `messages.${index}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${first}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block (preceeding the lastmost set of \`tool_use\` and \`tool_result\` blocks). To avoid this requirement, disable \`thinking\`. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking`,
  )
}

/** From Claude 4.8 on system turns may stand in the conversation, whatever the version of the API (recorded). */
function takesMidSystem(model: string): boolean {
  return /claude-(?:opus|sonnet|haiku)-(?:4-[89](?!\d)|[5-9])|claude-(?:fable|mythos)/.test(model)
}

/** Claude 4.7 and later, and 5. */
export function takesNoSampling(model: string): boolean {
  return /claude-(?:opus|sonnet|haiku)-(?:4-[789](?!\d)|[5-9])|claude-(?:fable|mythos)/.test(model)
}

function checkStops(stops: unknown): void {
  for (const stop of listOf(stops)) {
    if (typeof stop === 'string' && stop.trim() === '')
      fail('stop_sequences: each stop sequence must contain non-whitespace')
  }
}

function checkCacheMarks(request: Json): void {
  const marks: string[] = []
  const look = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(look)
    else if (isObject(value)) {
      if (isObject(value['cache_control'])) marks.push(textIn(value['cache_control'], 'ttl') ?? '5m')
      look(value['content'])
    }
  }
  look(request['tools'])
  look(request['system'])
  look(request['messages'])
  if (marks.length > 4) fail(`A maximum of 4 blocks with cache_control may be provided. Found ${marks.length}.`)
  const firstShort = marks.indexOf('5m')
  if (firstShort >= 0 && marks.lastIndexOf('1h') > firstShort) {
    fail(
      "a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. Note that blocks are processed in the following order: `tools`, `system`, `messages`.",
    )
  }
}
