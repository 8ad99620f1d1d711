// Ranges of the sampling parameters, and what reasoning models take no longer.
import type { Json } from '../json.ts'
import { BadRequest } from './wire.ts'

const RANGES: Readonly<Record<string, readonly [min: number, max: number]>> = {
  temperature: [0, 2],
  top_p: [0, 1],
  presence_penalty: [-2, 2],
  frequency_penalty: [-2, 2],
  top_logprobs: [0, 20],
}

/** Throws BadRequest. */
export function checkSampling(request: Json): void {
  for (const [name, [min, max]] of Object.entries(RANGES)) {
    const value = request[name]
    if (value === undefined || value === null) continue
    if (typeof value !== 'number') {
      throw new BadRequest(
        `Invalid type for '${name}': expected a decimal, but got ${typeof value} instead.`,
        name,
        'invalid_type',
      )
    }
    if (value < min) {
      const message = `Invalid '${name}': decimal below minimum value. Expected a value >= ${min}, but got ${value} instead.`
      throw new BadRequest(message, name, 'decimal_below_min_value')
    }
    if (value > max) {
      const message = `Invalid '${name}': decimal above maximum value. Expected a value <= ${max}, but got ${value} instead.`
      throw new BadRequest(message, name, 'decimal_above_max_value')
    }
  }
  const { stop } = request
  if (Array.isArray(stop) && stop.length > 4) {
    const message = `Invalid 'stop': array too long. Expected an array with maximum length 4, but got an array with length ${stop.length} instead.`
    throw new BadRequest(message, 'stop', 'array_above_max_length')
  }
}

/** OpenAI's own reasoning models; a name of another vendor never looks so. */
export function isReasoningModel(model: string): boolean {
  return /^(?:o[134](?:-|$)|gpt-5)/.test(model) && !/chat/.test(model)
}

/** Throws BadRequest with what o-series and gpt-5 answer to parameters of their elders. */
export function checkModelLimits(model: string, request: Json): void {
  if (!isReasoningModel(model)) return
  const has = (name: string): boolean => request[name] !== undefined && request[name] !== null
  if (has('max_tokens')) {
    const message =
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
    throw new BadRequest(message, 'max_tokens', 'unsupported_parameter')
  }
  for (const name of ['temperature', 'top_p']) {
    if (!has(name) || request[name] === 1) continue
    const message = `Unsupported value: '${name}' does not support ${String(request[name])} with this model. Only the default (1) value is supported.`
    throw new BadRequest(message, name, 'unsupported_value')
  }
  for (const name of ['stop', 'presence_penalty', 'frequency_penalty', 'logprobs', 'logit_bias']) {
    if (!has(name) || request[name] === 0 || request[name] === false) continue
    if (name === 'stop' && model.startsWith('o1')) continue
    throw new BadRequest(
      `Unsupported parameter: '${name}' is not supported with this model.`,
      name,
      'unsupported_parameter',
    )
  }
}
