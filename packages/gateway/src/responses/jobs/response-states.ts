// One response object in the states that background work goes through. Only the members that say the state change; all
// others stay as they were written.

import { isJsonObject, parseJson, type JsonObject } from '../../core/json.ts'

export interface JobError {
  /** One of OpenAI's `ResponseErrorCode`. */
  readonly code: string
  readonly message: string
}

export function inProgress(response: string): string {
  return edited(response, { status: 'in_progress' })
}

/** What had been written of it is not kept. */
export function cancelled(response: string): string {
  return edited(response, { status: 'cancelled', completed_at: null, error: null, incomplete_details: null })
}

export function failed(response: string, { code, message }: JobError): string {
  return edited(response, { status: 'failed', completed_at: null, incomplete_details: null, error: { code, message } })
}

/** The last event of a stream by what became of the response. OpenAI knows none of its own for a cancelled one. */
export function terminalEventType(status: string): string {
  return status === 'completed' || status === 'failed' ? `response.${status}` : 'response.incomplete'
}

function edited(response: string, members: JsonObject): string {
  const value = parseJson(response)
  return isJsonObject(value) ? JSON.stringify({ ...value, ...members }) : response
}
