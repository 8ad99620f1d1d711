// The model and the method stand in the path (H98): `/v1beta/models/gemini-2.5-pro:streamGenerateContent`.

export interface ModelPath {
  /** Without `models/`; `tunedModels/` stays, because it is part of the name. */
  readonly model: string
  /** As it stands: `generateContent`, `streamGenerateContent`, `countTokens`, `embedContent`… */
  readonly method: string
}

const VERSION = /^\/?(?:v\d+\w*\/)?/
const VERTEX = /^projects\/[^/]+\/locations\/[^/]+\//

/**
 * Reads `models/x:method` and `tunedModels/x:method`, with or without a version in front, and Vertex AI's
 * `projects/…/locations/…/publishers/google/models/x:method`. Names may hold slashes and colons (`openai/gpt-4o`,
 * `llama3:8b`) and escapes; the method is what stands behind the last colon.
 * @param path without query; null = no path of a model's method
 */
export function parseModelPath(path: string): ModelPath | null {
  const bare = path.replace(VERSION, '').replace(VERTEX, '')
  const colon = bare.lastIndexOf(':')
  if (colon === -1) return null
  const method = bare.slice(colon + 1)
  if (!/^[a-zA-Z]+$/.test(method)) return null
  const model = modelName(decoded(bare.slice(0, colon)))
  return model === null ? null : { model, method }
}

/** The name alone, out of a resource name: `models/x`, `publishers/google/models/x`. Null when nothing is left. */
function modelName(resource: string): string | null {
  const match = /^(?:publishers\/[^/]+\/)?models\/(.+)$/s.exec(resource)
  if (match !== null) return match[1] ?? null
  return /^(?:tunedModels|endpoints)\/./.test(resource) ? resource : null
}

/** The same for the `model` member of a body, which may also be the bare name. */
export function bareModelName(model: string): string {
  return modelName(model) ?? model
}

/** How a model is called inside Google's bodies. */
export function modelResource(id: string): string {
  return /^(?:models|tunedModels|publishers|projects)\//.test(id) ? id : `models/${id}`
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
