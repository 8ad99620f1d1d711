import { NO_CHOICE, type Conversation, type Turn } from '../conversation.ts'

/** A request that says nothing but these turns. */
export function bareConversation(turns: readonly Turn[], more: Partial<Conversation> = {}): Conversation {
  return {
    dialect: 'openai-chat',
    model: 'm',
    stream: false,
    turns,
    tools: [],
    toolChoice: NO_CHOICE,
    output: { type: 'text' },
    sampling: { stop: [] },
    reasoning: {},
    usageAsked: false,
    extensions: {},
    ...more,
  }
}
