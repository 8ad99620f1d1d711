// What the guides are made of: a tool, and the steps by which it comes to use this gateway.
//
// All of it is data, without a wire or a disk: the page shows it, and `fairlead connect` carries it out. Prose stands
// in `words.ts` under names, so that the page can say it in other languages; what a tool shows itself (the labels of its
// menus) is given as the tool shows it.
import type { Edit, Format } from './edit.ts'
import type { ConnectWord } from './words.ts'

export const SYSTEMS = ['macos', 'linux', 'windows'] as const
export type System = (typeof SYSTEMS)[number]

/** How a guide came to be believed: the tool was run with these files, or its documentation says so, or neither yet. */
export type Evidence = 'run' | 'documentation' | 'unverified'

/** The wire format that the tool speaks, and so the base URL that it wants. */
export type Speaks = 'openai-chat' | 'openai-responses' | 'anthropic-messages' | 'gemini'

export interface Setup {
  /** Of the gateway, without a path: `https://gateway.example.com`. */
  readonly origin: string
  /** Public id. */
  readonly model: string
  /** Name of the environment variable that holds the key. The key itself is in no guide. */
  readonly keyVariable: string
  readonly system: System
  /** What the gateway calls itself, and a short form of it for names in files. */
  readonly brand: { readonly name: string; readonly id: string }
  /** Of the model, in tokens. */
  readonly contextTokens: number
  readonly outputTokens: number
}

/** A file of the tool, what is set in it, and nothing else of it. */
export interface ConnectFile {
  /** As the system writes it: `~/.codex/config.toml`, `%APPDATA%\Zed\settings.json`. */
  readonly path: string
  readonly format: Format
  readonly edits: readonly Edit[]
  /** A variable that moves the folder, where the tool knows one: CODEX_HOME stands for `~/.codex`. */
  readonly movedBy?: { readonly variable: string; readonly folder: string }
}

export interface Field {
  readonly label: string
  /** Empty: the key goes here, by hand. */
  readonly value: string
}

export type Step =
  /** Put the key into this variable. */
  | { readonly kind: 'key'; readonly variable: string }
  | { readonly kind: 'file'; readonly file: ConnectFile }
  /** Type or click through the tool's own menus. @property where in the tool's own words */
  | { readonly kind: 'form'; readonly where: string; readonly fields: readonly Field[] }
  | { readonly kind: 'command'; readonly command: string; readonly say: ConnectWord }
  /** A text to take over by hand, such as a program. */
  | {
      readonly kind: 'text'
      readonly name: string
      readonly language: string
      readonly text: string
      readonly say: ConnectWord
    }
  | { readonly kind: 'link'; readonly label: string; readonly url: string; readonly say: ConnectWord }
  | { readonly kind: 'note'; readonly say: ConnectWord }

export interface Guide {
  readonly steps: readonly Step[]
  /** What makes the tool's first real call. */
  readonly verify: {
    /** Typed into a terminal; null = by hand in the tool. */
    readonly command: string | null
    /** Of the call that must arrive: a path without its query. */
    readonly endpoint: string
  }
  readonly troubles: readonly Trouble[]
}

export interface Trouble {
  readonly say: ConnectWord
  /** For the placeholders of the sentence. */
  readonly values?: Readonly<Record<string, string>>
}

export interface Tool {
  readonly id: string
  readonly name: string
  readonly kind: 'terminal' | 'editor' | 'chat' | 'code'
  readonly speaks: Speaks
  readonly evidence: Evidence
  /** Of the tool's own documentation. */
  readonly homepage: string
  /** The model that suits it best comes first; patterns with `*`. */
  readonly prefers: readonly string[]
  guide(setup: Setup): Guide
}

/** With `/v1` where the client adds only the rest of the path. */
export function baseUrl(origin: string, speaks: Speaks): string {
  return speaks === 'anthropic-messages' || speaks === 'gemini' ? origin : `${origin}/v1`
}

/** A path below the home folder, as the system writes it. */
export function inHome(system: System, path: string): string {
  return system === 'windows' ? `%USERPROFILE%\\${path.replaceAll('/', '\\')}` : `~/${path}`
}
