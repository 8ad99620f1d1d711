// Rows of stored responses, conversations and jobs, and what the domain calls them.
import type { Selectable } from 'kysely'
import type { ConversationRow, JobRow, ResponseRow } from '../responses/response-store.ts'
import { ROW_BYTES } from './response-objects.ts'
import type { ResponseConversationsTable, ResponseJobsTable, ResponsesTable } from './schema-responses.ts'

export function rowOfResponse(response: ResponseRow): ResponsesTable {
  const members = JSON.stringify(response.members)
  const made = response.made === null ? null : JSON.stringify(response.made)
  return {
    account_id: response.accountId,
    response_id: response.responseId,
    key_id: response.keyId,
    status: response.status,
    created_at: response.createdAtMs,
    expires_at: response.expiresAtMs,
    previous_response_id: response.previousResponseId,
    conversation_id: response.conversationId,
    root: response.root,
    context_count: response.contextCount,
    input_count: response.inputCount,
    output_count: response.outputCount,
    shell: response.shell,
    members,
    made,
    size: Buffer.byteLength(response.shell) + members.length + (made?.length ?? 0) + 2 * ROW_BYTES,
  }
}

export function responseOfRow(row: Selectable<ResponsesTable>): ResponseRow {
  return {
    accountId: row.account_id,
    responseId: row.response_id,
    keyId: row.key_id,
    status: row.status,
    createdAtMs: row.created_at,
    expiresAtMs: row.expires_at,
    previousResponseId: row.previous_response_id,
    conversationId: row.conversation_id,
    root: row.root,
    contextCount: row.context_count,
    inputCount: row.input_count,
    outputCount: row.output_count,
    shell: row.shell,
    members: membersOf(row.members),
    // Written above.
    made: row.made === null ? null : (JSON.parse(row.made) as ResponseRow['made']),
  }
}

export function membersOf(text: string): Readonly<Record<string, string>> {
  // Written by `rowOfResponse`.
  return JSON.parse(text) as Readonly<Record<string, string>>
}

export function conversationOfRow(row: Selectable<ResponseConversationsTable>): ConversationRow {
  return {
    accountId: row.account_id,
    conversationId: row.conversation_id,
    keyId: row.key_id,
    createdAtMs: row.created_at,
    expiresAtMs: row.expires_at,
    metadata: row.metadata,
    root: row.root,
    count: row.count,
    version: row.version,
  }
}

export function jobOfRow(row: Selectable<ResponseJobsTable>): JobRow {
  return {
    accountId: row.account_id,
    responseId: row.response_id,
    keyId: row.key_id,
    // What nobody holds waits, also after a run that came to nothing.
    state: row.state === 'done' ? 'done' : row.token === null ? 'queued' : 'running',
    stream: row.stream === 1,
    request: row.request,
    attempts: row.attempts,
    token: row.token,
    createdAtMs: row.created_at,
    events: row.events,
  }
}
