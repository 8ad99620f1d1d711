// What the snippets show: one request each, and what is looked at in its reply. The five languages are written from this.
import type { Json } from '../edit.ts'

export const LANGUAGES = ['curl', 'python', 'node', 'go', 'powershell'] as const
export type Language = (typeof LANGUAGES)[number]

/** In the order in which they are shown. */
export const EXAMPLE_IDS = [
  'chat',
  'stream',
  'embeddings',
  'images',
  'responses',
  'messages',
  'gemini',
  'tools',
  'json',
  'vision',
  'models',
] as const
export type ExampleId = (typeof EXAMPLE_IDS)[number]

/** Which of the chosen models an example names. */
export type ModelUse = 'chat' | 'embeddings' | 'images'

export interface SnippetSetup {
  /** Of the gateway, without a path. */
  readonly origin: string
  /** Name of the environment variable with the key; the key itself stands in no snippet. */
  readonly keyVariable: string
  readonly models: Readonly<Record<ModelUse, string>>
}

export interface Snippet {
  readonly fileName: string
  readonly language: Language
  readonly text: string
  /** What has to be installed first; null = nothing. */
  readonly install: string | null
}

/** How an SDK makes the call. Lines are written in the SDK's language. */
export interface SdkCall {
  /** `client.chat.completions.create` */
  readonly method: string
  /** What the result is called. */
  readonly result: string
  readonly after: readonly string[]
  /** Modules of the language itself. */
  readonly imports?: readonly string[]
}

export interface Example {
  readonly id: ExampleId
  readonly method: 'GET' | 'POST'
  /** `{model}` stands for the model. */
  readonly path: string
  readonly model: ModelUse | null
  /** Whose SDK makes it. */
  readonly sdk: 'openai' | 'anthropic' | 'google'
  /** As it is sent over HTTP; null = no body. */
  readonly body: ((model: string) => { readonly [name: string]: Json }) | null
  /** Where the SDK takes something else than the body. */
  readonly sdkArguments?: (model: string) => { readonly [name: string]: Json }
  readonly streams?: true
  /** Of the file, without its ending. */
  readonly fileName: string
  readonly python: SdkCall
  readonly node: SdkCall
  /** What PowerShell prints of `$reply`. */
  readonly powershell: string
}
