// The shape of Gemini's requests: every member that the API knows, and no other ("Cannot find field").
import { anything, bool, dict, integer, list, nullable, number, object, type Shape, text } from '../shape.ts'
import { BadRequest } from '../dialect.ts'
import { isObject, written } from '../json.ts'
import { fieldPath } from './wire.ts'

const blob = object({ mimeType: text, data: text }, { displayName: text })
const fileData = object({ fileUri: text }, { mimeType: text, displayName: text })

const part = object(
  {},
  {
    text,
    thought: bool,
    thoughtSignature: text,
    inlineData: blob,
    fileData,
    functionCall: object({ name: text }, { id: text, args: nullable(dict) }),
    functionResponse: object(
      { name: text, response: dict },
      { id: text, parts: list(object({}, { inlineData: blob, fileData })), scheduling: text, willContinue: bool },
    ),
    executableCode: anything,
    codeExecutionResult: anything,
    videoMetadata: anything,
    mediaResolution: anything,
    partMetadata: dict,
    toolCall: anything,
    toolResponse: anything,
  },
)

export const content = object({ parts: list(part) }, { role: text })

const TYPES = ['STRING', 'NUMBER', 'INTEGER', 'BOOLEAN', 'ARRAY', 'OBJECT', 'NULL', 'TYPE_UNSPECIFIED']

const type: Shape = (value, path) => {
  text(value, path)
  if (TYPES.includes(String(value).toUpperCase())) return
  throw new BadRequest(
    `Invalid value at '${fieldPath(path)}' (type.googleapis.com/google.ai.generativelanguage.v1beta.Type), ${JSON.stringify(value)}`,
  )
}

/** `parameters` and `responseSchema`: the OpenAPI subset, not JSON Schema. */
export const schema: Shape = (value, path) => {
  object(
    {},
    {
      type,
      format: text,
      title: text,
      description: text,
      nullable: bool,
      enum: list(text),
      maxItems: anything,
      minItems: anything,
      properties: properties,
      required: list(text),
      minProperties: anything,
      maxProperties: anything,
      minLength: anything,
      maxLength: anything,
      pattern: text,
      example: anything,
      anyOf: list(schema),
      propertyOrdering: list(text),
      default: anything,
      items: schema,
      minimum: number(),
      maximum: number(),
    },
  )(value, path)
  if (isObject(value)) checkSchemaRules(value, path)
}

const properties: Shape = (value, path) => {
  dict(value, path)
  for (const [name, item] of Object.entries(isObject(value) ? value : {})) schema(item, [...path, name])
}

function checkSchemaRules(value: Readonly<Record<string, unknown>>, path: readonly (string | number)[]): void {
  const kind = written(value['type'] ?? '').toUpperCase()
  const fail = (member: string, message: string): never => {
    throw new BadRequest(`* GenerateContentRequest.${fieldPath([...path, member])}: ${message}\n`)
  }
  const members = isObject(value['properties']) ? value['properties'] : {}
  // Without the member it is refused; an empty one has been seen to pass.
  if (kind === 'OBJECT' && value['properties'] === undefined) fail('properties', 'should be non-empty for OBJECT type')
  if (kind === 'ARRAY' && value['items'] === undefined) fail('items', 'missing field.')
  if (value['enum'] !== undefined && kind !== 'STRING') fail('enum', 'only allowed for STRING type')
  if (kind === 'STRING' && value['format'] !== undefined && !['enum', 'date-time'].includes(written(value['format']))) {
    fail('format', "only 'enum' and 'date-time' are supported for STRING type")
  }
  for (const [index, name] of (Array.isArray(value['required']) ? value['required'] : []).entries()) {
    if (!Object.hasOwn(members, String(name))) fail(`required[${index}]`, 'property is not defined')
  }
}

const functionDeclaration = object(
  { name: text },
  {
    description: text,
    parameters: schema,
    parametersJsonSchema: anything,
    response: schema,
    responseJsonSchema: anything,
    behavior: text,
  },
)

const tool = object(
  {},
  {
    functionDeclarations: list(functionDeclaration),
    googleSearch: anything,
    googleSearchRetrieval: anything,
    codeExecution: anything,
    urlContext: anything,
    computerUse: anything,
    fileSearch: anything,
    googleMaps: anything,
    enterpriseWebSearch: anything,
    retrieval: anything,
    mcpServers: anything,
  },
)

const generationConfig = object(
  {},
  {
    candidateCount: integer(1, 8),
    stopSequences: list(text, 0, 5),
    maxOutputTokens: integer(1),
    temperature: number(0, 2),
    topP: number(0, 1),
    topK: number(0),
    seed: integer(-(2 ** 31), 2 ** 31 - 1),
    presencePenalty: number(-2, 2),
    frequencyPenalty: number(-2, 2),
    responseLogprobs: bool,
    logprobs: integer(0, 20),
    responseMimeType: text,
    responseSchema: schema,
    responseJsonSchema: anything,
    responseFormat: anything,
    responseModalities: list(text),
    mediaResolution: text,
    speechConfig: anything,
    audioTimestamp: bool,
    enableEnhancedCivicAnswers: bool,
    routingConfig: anything,
    modelSelectionConfig: anything,
    imageConfig: anything,
    thinkingConfig: object({}, { includeThoughts: bool, thinkingBudget: integer(-1), thinkingLevel: text }),
  },
)

const functionCallingConfig = object(
  {},
  { mode: text, allowedFunctionNames: list(text), streamFunctionCallArguments: bool },
)

export const generateFields = {
  systemInstruction: object({ parts: list(part) }, { role: text }),
  tools: list(tool),
  toolConfig: object({}, { functionCallingConfig, retrievalConfig: anything, includeServerSideToolInvocations: bool }),
  safetySettings: list(object({ category: text, threshold: text }, { method: text })),
  generationConfig,
  cachedContent: text,
  model: text,
  serviceTier: text,
  store: bool,
} as const

export function generateRequest(vertex: boolean): Shape {
  return object({ contents: list(content) }, { ...generateFields, ...(vertex ? { labels: dict } : {}) })
}

export const embedRequest = object(
  { content },
  { model: text, taskType: text, title: text, outputDimensionality: integer(1, 100_000), embedContentConfig: anything },
)
export const batchEmbedRequest = object({ requests: list(embedRequest) })
export function countRequest(vertex: boolean): Shape {
  // On Vertex the members stand beside `contents`; in the Gemini API they stand in a request of their own.
  if (vertex) return object({ contents: list(content) }, generateFields)
  const generate = object({ contents: list(content), model: text }, generateFields)
  return object({}, { contents: list(content), model: text, generateContentRequest: generate })
}
