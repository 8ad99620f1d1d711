// The tables of migration 010 as TypeScript sees them. Texts that clients sent are sealed where their group says so.

export interface ResponseTables {
  response_accounts: ResponseAccountsTable
  response_objects: ResponseObjectsTable
  response_texts: ResponseTextsTable
  responses: ResponsesTable
  response_conversations: ResponseConversationsTable
  response_jobs: ResponseJobsTable
  response_events: ResponseEventsTable
}

/** What is kept for an account; its row is locked by whoever changes any of it. */
interface ResponseAccountsTable {
  account_id: string
  bytes: number
  responses: number
}

interface ResponseObjectsTable {
  account_id: string
  /** Keyed: says nothing about what it names. */
  hash: string
  kind: string
  item_id: string | null
  /** Bytes, as they count against the quota. */
  size: number
  /** How many lists, responses and conversations name it; it goes with the last. */
  refs: number
  /** Null: in `response_texts`. */
  content: string | null
}

interface ResponseTextsTable {
  account_id: string
  hash: string
  content: string
}

export interface ResponsesTable {
  account_id: string
  response_id: string
  key_id: string
  status: string
  created_at: number
  expires_at: number | null
  previous_response_id: string | null
  conversation_id: string | null
  root: string | null
  context_count: number
  input_count: number
  output_count: number
  shell: string
  /** JSON: name -> hash. */
  members: string
  /** JSON. */
  made: string | null
  size: number
}

export interface ResponseConversationsTable {
  account_id: string
  conversation_id: string
  key_id: string
  created_at: number
  expires_at: number | null
  metadata: string
  root: string | null
  count: number
  version: number
  size: number
}

export interface ResponseJobsTable {
  account_id: string
  response_id: string
  key_id: string
  state: string
  stream: number
  request: string
  attempts: number
  token: string | null
  /** Null = done. */
  leased_until: number | null
  created_at: number
  events: number
  size: number
}

interface ResponseEventsTable {
  account_id: string
  response_id: string
  /** Of the first. */
  sequence: number
  count: number
  events: string
}
