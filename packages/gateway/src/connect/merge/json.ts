// JSON as people write it into settings: with comments, and a comma too many.
import { applyEdits, modify, parse, printParseErrorCode, type ParseError } from 'jsonc-parser'
import { indexOfItem, isJsonObject, type Edit } from '../edit.ts'

/** @throws with the place of the first mistake */
export function readJson(text: string): unknown {
  const errors: ParseError[] = []
  const value: unknown = parse(text, errors, { allowTrailingComma: true })
  const [first] = errors
  if (first === undefined) return value
  const line = text.slice(0, first.offset).split('\n').length
  throw new Error(`${printParseErrorCode(first.error)} in line ${line}`)
}

export function mergeJson(text: string, edits: readonly Edit[]): string {
  const formattingOptions = { insertSpaces: !/^\t/m.test(text), tabSize: indentOf(text), eol: '\n' }
  let after = text
  for (const edit of edits) {
    const { path, isInsertion } = pathOf(readJson(after), edit)
    after = applyEdits(after, modify(after, path, edit.value, { formattingOptions, isArrayInsertion: isInsertion }))
  }
  return after
}

function pathOf(root: unknown, { at, itemBy, value }: Edit): { path: (string | number)[]; isInsertion: boolean } {
  if (itemBy === undefined) return { path: [...at], isInsertion: false }
  const list = at.reduce<unknown>((member, name) => (isJsonObject(member) ? member[name] : undefined), root)
  const items: readonly unknown[] = Array.isArray(list) ? list : []
  const index = indexOfItem(items, value, itemBy)
  return index === -1
    ? { path: [...at, items.length], isInsertion: items.length > 0 }
    : { path: [...at, index], isInsertion: false }
}

function indentOf(text: string): number {
  return /^( +)\S/m.exec(text)?.[1]?.length ?? 2
}
