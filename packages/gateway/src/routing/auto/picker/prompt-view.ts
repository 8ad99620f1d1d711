// What the picker reads of a request: its last user turn, its instructions and its shape. Texts are cut to a head
// and a tail, so that a prompt of any length costs the same.

export interface PromptView {
  /** The last user turn's text, through `cutText`. */
  readonly lastUser: string
  /** The instructions (system, developer), through `cutText`. */
  readonly system: string
  /** User turns in the conversation, 1 for a first question. */
  readonly turnCount: number
  /** Tools that the request offers. */
  readonly toolCount: number
  /** The newest message is a tool's result: the model is in the middle of a tool loop. */
  readonly afterToolResult: boolean
  /** The answer must follow a JSON schema. */
  readonly hasSchema: boolean
  /** Estimated tokens of the whole input. */
  readonly inputTokens: number
}

const HEAD_CHARACTERS = 2_000
const TAIL_CHARACTERS = 2_000

/** The first and the last 2,000 characters, with a line break between; the whole text when it is no longer. */
export function cutText(text: string): string {
  if (text.length <= HEAD_CHARACTERS + TAIL_CHARACTERS) return text
  return `${text.slice(0, HEAD_CHARACTERS)}\n${text.slice(-TAIL_CHARACTERS)}`
}

/** A request that is nothing but one question; what is given replaces the defaults. */
export function questionView(lastUser: string, rest: Partial<Omit<PromptView, 'lastUser'>> = {}): PromptView {
  return {
    lastUser: cutText(lastUser),
    system: '',
    turnCount: 1,
    toolCount: 0,
    afterToolResult: false,
    hasSchema: false,
    inputTokens: Math.ceil(lastUser.length / 4),
    ...rest,
  }
}
