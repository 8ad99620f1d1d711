// YAML through the library that reads our own configuration: its documents keep comments, order and spelling.
import { isMap, isSeq, parse, parseDocument } from 'yaml'
import { isJsonObject, type Edit } from '../edit.ts'

export function readYaml(text: string): unknown {
  return parse(text)
}

export function mergeYaml(text: string, edits: readonly Edit[]): string {
  const document = parseDocument(text)
  const [error] = document.errors
  if (error !== undefined) throw error
  for (const { at, value, itemBy } of edits) {
    if (itemBy === undefined) {
      document.setIn(at, document.createNode(value))
      continue
    }
    const list = document.getIn(at)
    const wanted = isJsonObject(value) ? value[itemBy] : undefined
    const index = isSeq(list) ? list.items.findIndex((item) => isMap(item) && item.get(itemBy) === wanted) : -1
    if (isSeq(list)) document.setIn([...at, index === -1 ? list.items.length : index], document.createNode(value))
    else document.setIn(at, document.createNode([value]))
  }
  return document.toString({ lineWidth: 0 })
}
