// What a worker remembers for the next turn of a conversation, which may meet another process: reasoning that was signed,
// and the model that the picker chose. Plain JSON.
import type { Conversation } from '../routing/auto/sessions/conversation.ts'
import type { SealEntry } from './seal-memory.ts'

export type TurnMemory = SealEntry | { readonly conversation: Conversation }
