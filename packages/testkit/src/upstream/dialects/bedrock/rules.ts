// What Converse refuses beyond the shape, in its own words.
import type { Seals } from '../../seals.ts'
import { BadRequest } from '../dialect.ts'
import { isObject, type Json, listOf, numberIn, objectOf, textIn } from '../json.ts'

/** Throws BadRequest. */
export function checkRules(request: Json, model: string, seals: Seals): void {
  const messages = listOf(request['messages']).map(objectOf)
  checkTurns(messages)
  for (const [index, message] of messages.entries()) checkBlocks(message, index, seals)
  for (const [index, block] of listOf(request['system']).entries()) {
    if (textIn(block, 'text')?.trim() === '')
      fail(
        `The text field in the ContentBlock object at system.${index} is blank. Add text to the text field, and try again.`,
      )
  }
  checkTools(request, messages)
  checkPairs(messages)
  if (!/anthropic|claude/.test(model)) return
  checkMedia(messages)
  checkClaude(request)
}

function fail(message: string): never {
  throw new BadRequest(message)
}

function checkTurns(messages: readonly Json[]): void {
  if (messages.length === 0)
    fail(
      'A conversation must start with a user message. Try again with a conversation that starts with a user message.',
    )
  if (messages[0]?.['role'] !== 'user')
    fail(
      'A conversation must start with a user message. Try again with a conversation that starts with a user message.',
    )
  for (const [index, message] of messages.entries()) {
    if (index > 0 && messages[index - 1]?.['role'] === message['role']) {
      fail(
        'A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.',
      )
    }
    if (listOf(message['content']).length === 0) {
      fail(
        `The content field in the Message object at messages.${index} is empty. Add a ContentBlock object to the content field and try again.`,
      )
    }
  }
}

function checkBlocks(message: Json, index: number, seals: Seals): void {
  const blocks = listOf(message['content']).map(objectOf)
  const names = blocks.flatMap((block) => textIn(block['document'], 'name') ?? [])
  if (names.length > 0 && !blocks.some((block) => typeof block['text'] === 'string')) {
    fail(
      'The message content must contain a text block when a document block is present. Add a text block and try again.',
    )
  }
  for (const name of names) {
    if (!/^[a-zA-Z0-9\s\-()[\]]{1,200}$/.test(name) || /\s{2}/.test(name)) {
      fail(
        'The document file name can only contain alphanumeric characters, whitespace characters, hyphens, parentheses, and square brackets. The name can’t contain more than one consecutive whitespace character.',
      )
    }
    if (names.indexOf(name) !== names.lastIndexOf(name))
      fail('The document file names must be unique. Rename the documents and try again.')
  }
  const worded = blocks.some((block) => typeof block['text'] === 'string' && block['text'].trim() !== '')
  for (const [at, block] of blocks.entries()) {
    const where = `messages.${index}.content.${at}`
    // White space passes beside other words, and is refused alone.
    if (typeof block['text'] === 'string' && (block['text'] === '' || (block['text'].trim() === '' && !worded))) {
      fail(`The text field in the ContentBlock object at ${where} is blank. Add text to the text field, and try again.`)
    }
    const { role } = message
    if (block['toolUse'] !== undefined && role !== 'assistant')
      fail(`The toolUse block at ${where} must be in an assistant message.`)
    if (block['toolResult'] !== undefined && role !== 'user')
      fail(`The toolResult block at ${where} must be in a user message.`)
    if (block['toolUse'] !== undefined && !isObject(objectOf(block['toolUse'])['input'])) {
      fail(
        `The format of the value at ${where}.toolUse.input is invalid. Provide a json object for the field and try again.`,
      )
    }
    checkReasoning(objectOf(block['reasoningContent']), where, seals)
  }
}

function checkReasoning(reasoning: Json, where: string, seals: Seals): void {
  const text = reasoning['reasoningText']
  if (isObject(text)) {
    const signature = textIn(text, 'signature') ?? ''
    if (!seals.knows('claude', signature) || !seals.fits('claude', signature, textIn(text, 'text') ?? '')) {
      fail(`The model returned the following errors: ${where}: Invalid \`signature\` in \`thinking\` block`)
    }
  }
  const redacted = textIn(reasoning, 'redactedContent')
  // Bytes on this wire are base64 of what the model wrote.
  if (redacted !== undefined && !seals.knows('claude', Buffer.from(redacted, 'base64').toString('latin1'))) {
    fail(`The model returned the following errors: ${where}: Invalid \`data\` in \`redacted_thinking\` block`)
  }
}

function has(messages: readonly Json[], member: string): boolean {
  return messages.some((message) => listOf(message['content']).some((block) => objectOf(block)[member] !== undefined))
}

function checkTools(request: Json, messages: readonly Json[]): void {
  const config = request['toolConfig']
  if (config === undefined) {
    if (!has(messages, 'toolUse') && !has(messages, 'toolResult')) return
    fail('The toolConfig field must be defined when using toolUse and toolResult content blocks.')
  }
  const names = listOf(objectOf(config)['tools']).flatMap((tool) => textIn(objectOf(tool)['toolSpec'], 'name') ?? [])
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) fail(`The toolConfig contains duplicate tool names: ${twice}.`)
  for (const [index, tool] of listOf(objectOf(config)['tools']).entries()) {
    const spec = objectOf(objectOf(tool)['toolSpec'])
    const schema = objectOf(objectOf(spec['inputSchema'])['json'])
    if (spec['inputSchema'] !== undefined && schema['type'] !== 'object') {
      fail(
        `The value at toolConfig.tools.${index}.toolSpec.inputSchema.json.type must be one of the following: object.`,
      )
    }
    if (spec['description'] === '')
      fail(
        `1 validation error detected: Value '' at 'toolConfig.tools.${index + 1}.member.toolSpec.description' failed to satisfy constraint: Member must have length greater than or equal to 1`,
      )
  }
  const forced = textIn(objectOf(objectOf(config)['toolChoice'])['tool'], 'name')
  if (forced !== undefined && !names.includes(forced))
    fail(`The model returned the following errors: tool_choice: Tool '${forced}' not found in provided tools`)
}

function ids(message: Json | undefined, member: string): string[] {
  return listOf(message?.['content']).flatMap((block) => textIn(objectOf(block)[member], 'toolUseId') ?? [])
}

function checkPairs(messages: readonly Json[]): void {
  for (const [index, message] of messages.entries()) {
    const called = ids(messages[index - 1], 'toolUse')
    const answered = ids(message, 'toolResult')
    if (answered.length > called.length || answered.some((id) => !called.includes(id))) {
      fail(
        `The number of toolResult blocks at messages.${index}.content exceeds the number of toolUse blocks of previous turn.`,
      )
    }
    const missing = called.filter((id) => !answered.includes(id))
    if (missing.length > 0) {
      fail(
        `Expected toolResult blocks at messages.${index}.content for the following Ids: ${missing.join(', ')}, but found: ${answered.join(', ')}`,
      )
    }
  }
  const last = messages.at(-1)
  if (ids(last, 'toolUse').length > 0)
    fail(
      `Expected toolResult blocks at messages.${messages.length}.content for the following Ids: ${ids(last, 'toolUse').join(', ')}`,
    )
}

/** What only other models than Claude take. */
function checkMedia(messages: readonly Json[]): void {
  const look = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(look)
    else if (isObject(value)) {
      if (value['video'] !== undefined)
        fail(
          "This model doesn't support the video content block that you provided. Update the content block and try again.",
        )
      // Documents may lie there, images may not (recorded).
      if (objectOf(objectOf(value['image'])['source'])['s3Location'] !== undefined) {
        fail("This model doesn't support the s3Uri field. Remove s3Uri and try again.")
      }
      for (const name of ['content', 'toolResult']) look(value[name])
    }
  }
  look(messages)
}

/** Claude's own rules come through Converse with a preface. */
function checkClaude(request: Json): void {
  const more = objectOf(request['additionalModelRequestFields'])
  const thinking = objectOf(more['thinking'])
  const config = objectOf(request['inferenceConfig'])
  const enabled = thinking['type'] === 'enabled' || thinking['type'] === 'adaptive'
  if (!enabled) return
  const preface = 'The model returned the following errors: '
  const choice = objectOf(objectOf(request['toolConfig'])['toolChoice'])
  const forced = choice['any'] !== undefined || choice['tool'] !== undefined
  if (forced && thinking['type'] === 'enabled')
    fail(`${preface}Thinking may not be enabled when tool_choice forces tool use.`)
  const temperature = numberIn(config, 'temperature')
  if (temperature !== undefined && temperature !== 1)
    fail(`${preface}\`temperature\` may only be set to 1 when thinking is enabled.`)
  const budget = numberIn(thinking, 'budget_tokens')
  const max = numberIn(config, 'maxTokens')
  if (budget !== undefined && budget < 1024)
    fail(`${preface}thinking.enabled.budget_tokens: Input should be greater than or equal to 1024`)
  if (budget !== undefined && max !== undefined && budget >= max)
    fail(`${preface}\`max_tokens\` must be greater than \`thinking.budget_tokens\`.`)
}
