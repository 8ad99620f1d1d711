// A whole reply of the Responses API on its way to a client of the same dialect: see `retell.ts`. Usage is read, an error
// that came with status 200 is found.

import { decodeString, JsonScanError, parseSpan } from '../../core/json-scan.ts'
import type { ReplyTruth } from '../pass-facts.ts'
import type { ScannedReply } from '../pass-json.ts'
import { lostPrevious } from './errors.ts'
import { applyEdits, Retelling } from './retell.ts'
import { usageOfReply } from './usage.ts'

/** Members that say something about the price, each with a text without which it does not. */
const PRICED: ReadonlyMap<string, string> = new Map([
  ['usage', '{'],
  ['service_tier', ''],
  ['tool_usage', ''],
  ['output', '_call"'],
])

export function scanResponsesReply(text: string, publicModelJson: string, truth: ReplyTruth): ScannedReply | null {
  const told: Record<string, unknown> = {}
  let isError = false
  let isMessage = false
  let named = false
  let id: string | null = null
  let previous: string | null = null
  let stored = false
  const see = (name: string, from: number, to: number): void => {
    const mark = PRICED.get(name)
    if (mark !== undefined) {
      if (text.slice(from, to).includes(mark)) told[name] = parseSpan(text, from, to)
      return
    }
    switch (name) {
      case 'id':
        id = decodeString(text, from, to)
        break
      case 'previous_response_id':
        previous = decodeString(text, from, to)
        break
      case 'store':
        stored = text.startsWith('true', from)
        break
      case 'model':
        named = text.charCodeAt(from) === 0x22
        break
      case 'error':
        isError = !text.startsWith('null', from)
        break
      // AWS's and FastAPI's errors are no more than this.
      case 'message':
      case 'detail':
        isMessage = true
        break
      default:
    }
  }
  try {
    const edits = new Retelling(publicModelJson, truth).retell(text, 0, 'completed', see, true)
    const usage = usageOfReply(told)
    if (isError || (isMessage && !named && usage === null)) return { isError: true, usage, text }
    if (truth.previousId !== null && previous !== truth.previousId) {
      return { isError: true, usage, text: lostPrevious(truth.previousId) }
    }
    const upstream = id === null ? {} : { upstream: { id, stored } }
    return { isError: false, usage, text: applyEdits(text, edits), ...upstream }
  } catch (error) {
    if (error instanceof JsonScanError || error instanceof SyntaxError) return null
    throw error
  }
}
