// What Gemini refuses beyond the shape: names, the order and number of calls and results, thought signatures, thinking levels.
import type { Seals } from '../../seals.ts'
import { BadRequest } from '../dialect.ts'
import { isObject, type Json, listOf, numberIn, objectOf, textIn, written } from '../json.ts'

export interface Rules {
  readonly seals: Seals
  readonly model: string
}

/** Throws BadRequest. */
export function checkRules(request: Json, rules: Rules): void {
  const contents = listOf(request['contents']).map(objectOf)
  if (contents.length === 0) fail('* GenerateContentRequest.contents: contents is not specified\n')
  for (const [index, content] of contents.entries()) checkContent(content, index)
  checkTurns(contents)
  checkSignatures(contents, rules)
  checkTools(request, rules.model)
  checkThinking(objectOf(objectOf(request['generationConfig'])['thinkingConfig']), rules.model)
}

function fail(message: string): never {
  throw new BadRequest(message)
}

const DATA = [
  'text',
  'inlineData',
  'fileData',
  'functionCall',
  'functionResponse',
  'executableCode',
  'codeExecutionResult',
  'toolCall',
  'toolResponse',
]
const MEDIA =
  /^(?:image\/(?:png|jpeg|webp|heic|heif)|audio\/|video\/|application\/pdf$|text\/|application\/(?:json|x-javascript|rtf)$)/

function checkContent(content: Json, index: number): void {
  const role = content['role']
  if (role !== undefined && !['user', 'model', 'function'].includes(written(role)))
    fail('Please use a valid role: user, model.')
  const parts = listOf(content['parts'])
  if (parts.length === 0) fail(`* GenerateContentRequest.contents[${index}].parts: contents.parts must not be empty.\n`)
  for (const [at, part] of parts.entries()) {
    const present = DATA.filter((name) => isObject(part) && part[name] !== undefined)
    const where = `GenerateContentRequest.contents[${index}].parts[${at}].data`
    if (present.length === 0 && textIn(part, 'thoughtSignature') === undefined) {
      fail(`* ${where}: required oneof field 'data' must have one initialized field\n`)
    }
    if (present.length > 1) {
      fail(
        `Invalid value at 'contents[${index}].parts[${at}]' (oneof), oneof field 'data' is already set. Cannot set '${present[1]}'`,
      )
    }
    const media = textIn(objectOf(part)['inlineData'], 'mimeType')
    if (media !== undefined && !MEDIA.test(media)) fail(`Unsupported MIME type: ${media}`)
  }
}

function count(content: Json | undefined, member: string): number {
  return listOf(content?.['parts']).filter((part) => isObject(part) && part[member] !== undefined).length
}

function checkTurns(contents: readonly Json[]): void {
  for (const [index, content] of contents.entries()) {
    const before = contents[index - 1]
    const calls = count(content, 'functionCall')
    const results = count(content, 'functionResponse')
    if (calls > 0 && (before === undefined || before['role'] === 'model')) {
      fail(
        'Please ensure that function call turn comes immediately after a user turn or after a function response turn.',
      )
    }
    if (results > 0 && count(before, 'functionCall') === 0) {
      fail('Please ensure that function response turn comes immediately after a function call turn.')
    }
    if (before !== undefined && count(before, 'functionCall') > 0 && count(before, 'functionCall') !== results) {
      fail(
        'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.',
      )
    }
    if (results > 0) checkNames(before, content)
  }
}

function checkNames(calls: Json | undefined, results: Json): void {
  const names = (content: Json | undefined, member: string): string[] =>
    listOf(content?.['parts']).flatMap((part) => textIn(objectOf(part)[member], 'name') ?? [])
  const called = names(calls, 'functionCall').toSorted()
  const answered = names(results, 'functionResponse').toSorted()
  if (called.join() !== answered.join()) {
    fail(
      'Please ensure that function response parts have the names of the function call parts of the function call turn.',
    )
  }
}

/** Google's own word for a call that another model made. */
const SENTINELS = ['skip_thought_signature_validator', 'context_engineering_is_the_way_to_go'].flatMap((word) => [
  word,
  Buffer.from(word).toString('base64'),
])

/** Gemini 3 wants the signature of the first call of every step of the running turn; any signature must be one of its own. */
function checkSignatures(contents: readonly Json[], rules: Rules): void {
  const turnStart = contents.findLastIndex(
    (content) => content['role'] !== 'model' && count(content, 'functionResponse') === 0,
  )
  for (const [index, content] of contents.entries()) {
    let first = true
    for (const [at, part] of listOf(content['parts']).entries()) {
      const signature = textIn(part, 'thoughtSignature')
      if (signature !== undefined && !SENTINELS.includes(signature) && !rules.seals.knows('gemini', signature)) {
        fail('Corrupted thought signature.')
      }
      const name = textIn(objectOf(part)['functionCall'], 'name')
      if (name === undefined) continue
      if (first && signature === undefined && index > turnStart && isGemini3(rules.model)) {
        fail(
          `Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call \`default_api:${name}\` , position ${index + at + 1}. Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more details.`,
        )
      }
      first = false
    }
  }
}

export function isGemini3(model: string): boolean {
  return /gemini-[3-9]/.test(model)
}

function checkTools(request: Json, model: string): void {
  const names: string[] = []
  for (const [toolIndex, tool] of listOf(request['tools']).entries()) {
    for (const [index, declaration] of listOf(objectOf(tool)['functionDeclarations']).entries()) {
      const name = textIn(declaration, 'name') ?? ''
      const at = `GenerateContentRequest.tools[${toolIndex}].function_declarations[${index}]`
      if (!/^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/.test(name)) {
        fail(
          `* ${at}.name: Invalid function name. Must start with a letter or an underscore. Must be alphanumeric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of 64.\n`,
        )
      }
      if (names.includes(name)) fail(`* ${at}.name: Duplicate function declaration found: ${name}\n`)
      if (
        isObject(declaration) &&
        declaration['parameters'] !== undefined &&
        declaration['parametersJsonSchema'] !== undefined
      ) {
        fail(`* ${at}: parameters and parameters_json_schema cannot both be set.\n`)
      }
      names.push(name)
    }
  }
  const config = objectOf(objectOf(request['toolConfig'])['functionCallingConfig'])
  const mode = written(config['mode'] ?? 'AUTO').toUpperCase()
  const allowed = listOf(config['allowedFunctionNames'])
  if (!['AUTO', 'ANY', 'NONE', 'VALIDATED', 'MODE_UNSPECIFIED'].includes(mode)) {
    fail(
      `Invalid value at 'tool_config.function_calling_config.mode' (type.googleapis.com/google.ai.generativelanguage.v1beta.FunctionCallingConfig.Mode), "${mode}"`,
    )
  }
  if (allowed.length > 0 && mode !== 'ANY' && mode !== 'VALIDATED') {
    fail(
      'Function calling config: allowed_function_names should be set only when the function calling mode is ANY or VALIDATED.',
    )
  }
  for (const name of allowed) {
    if (!names.includes(String(name)))
      fail(`Function calling config: allowed function name ${String(name)} is not a declared function.`)
  }
  if (mode === 'ANY' && names.length === 0) fail('Function calling config is set without function_declarations.')
  const format = textIn(request['generationConfig'], 'responseMimeType')
  if (names.length > 0 && format === 'application/json' && !isGemini3(model)) {
    fail("Function calling with a response mime type: 'application/json' is unsupported")
  }
  const generation = objectOf(request['generationConfig'])
  if (
    (generation['responseSchema'] !== undefined || generation['responseJsonSchema'] !== undefined) &&
    format !== 'application/json'
  ) {
    fail(
      '* GenerateContentRequest.generation_config.response_schema: only allowed when response_mime_type is application/json\n',
    )
  }
}

function checkThinking(thinking: Json, model: string): void {
  const budget = numberIn(thinking, 'thinkingBudget')
  const level = textIn(thinking, 'thinkingLevel')
  if (budget !== undefined && level !== undefined)
    fail('You can only set only one of thinking budget and thinking level.')
  if (level !== undefined && !isGemini3(model)) fail('Thinking level is not supported for this model.')
  if (level !== undefined && !['MINIMAL', 'LOW', 'MEDIUM', 'HIGH'].includes(level.toUpperCase())) {
    fail(`Invalid value at 'generation_config.thinking_config.thinking_level', "${level}"`)
  }
  if (budget !== undefined && /gemini-(?:1|2\.0)/.test(model)) fail('Thinking is not enabled for this model.')
  if (budget === 0 && /2\.5-pro/.test(model)) fail('Budget 0 is invalid. This model only works in thinking mode.')
  const max = /2\.5-pro/.test(model) ? 32_768 : 24_576
  if (budget !== undefined && budget > max && /2\.5/.test(model)) {
    fail(
      `The thinking budget ${budget} is invalid. Please choose a value between ${/pro/.test(model) ? 128 : 512} and ${max}.`,
    )
  }
}
