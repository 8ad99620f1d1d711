import { badField } from './errors.ts'
import { missing, wrongType } from './fields.ts'
import { countTokens } from './tokens.ts'

/** One text of an input; a list of token numbers is one too, and is told apart by its numbers. */
export interface InputText {
  readonly text: string
  readonly tokens: number
}

/** OpenAI's bound on texts in one call. */
const MAX_TEXTS = 2048

/** The four forms that a text may come in: a string, strings, the token numbers of one text, or of several. */
export function readTextInput(param: string, value: unknown): readonly InputText[] {
  if (value === undefined || value === null) throw missing(param)
  if (typeof value === 'string') return [plain(value)]
  if (!Array.isArray(value)) throw wrongType(param, 'a string or an array', value)
  const list: readonly unknown[] = value
  if (list.length === 0) throw badField(`Invalid '${param}': empty array.`, param, 'empty_array')
  if (list.every(isToken)) return [fromNumbers(list)]
  if (list.length > MAX_TEXTS) {
    throw badField(`Invalid '${param}': at most ${MAX_TEXTS} texts in one call.`, param, 'array_above_max_length')
  }
  return list.map((item, index) => {
    if (typeof item === 'string') return plain(item)
    const numbers: readonly unknown[] = Array.isArray(item) ? item : []
    if (numbers.length === 0 || !numbers.every(isToken)) {
      throw wrongType(`${param}[${index}]`, 'a string or an array of tokens', item)
    }
    return fromNumbers(numbers)
  })
}

function plain(text: string): InputText {
  return { text, tokens: countTokens(text) }
}

function fromNumbers(numbers: readonly number[]): InputText {
  return { text: numbers.join(' '), tokens: numbers.length }
}

function isToken(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0
}
