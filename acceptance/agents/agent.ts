// What this run knows of a coding agent: how to point it at a gateway, how to let it do a task without a person, and where it says
// what came out. One file for each under programs/.
import type { ScriptedToolCall } from '@fairlead/testkit/upstream/scripted-answer.ts'

import { bareEnvironment } from '../lib/gateway.ts'
import type { Finished } from '../lib/run.ts'
import type { Family } from './families.ts'

export type ClientDialect = 'openai-chat' | 'openai-responses' | 'anthropic-messages' | 'gemini'

export interface Agent {
  /** As `--only` and the report name it. */
  readonly name: string
  /** The environment variable with the path of the program. */
  readonly variable: string
  /** The package that has it, and the path inside: for the message about a missing one. */
  readonly origin: string
  readonly dialect: ClientDialect
  /** The model id that the agent is told: one whose features it knows, and which the gateway sends to this family. */
  modelOf(family: Family): string
  /**
   * Calls of its own tools, those of each answer. The first reads a file; the others, in one answer, write one and run a
   * command. None: the program has no tools.
   */
  readonly steps: (workspace: Workspace, dress: Dress) => readonly (readonly ScriptedToolCall[])[]
  /** The last answer, where words have to do what tools do elsewhere. */
  readonly lastWords?: (workspace: Workspace) => string
  /** Texts that the request upstream must hold, besides the names of the tools called: what it offers and others would lose. */
  readonly offers?: readonly string[]
  /** It is told to use a WebSocket, and must not fall back to anything else. */
  readonly overWebSocket?: true
  /** The families it is tried with; absent = all. */
  readonly families?: readonly string[]
  command(place: Place): Promise<Command> | Command
  read(finished: Finished): Outcome
}

/** How the model upstream sees tools that only one dialect has: `own` as the agent offers them, `foreign` as plain functions. */
export type Dress = 'own' | 'foreign'

/** A folder in which the agent works. */
export interface Workspace {
  readonly directory: string
  /** Holds a word that nobody can know without reading it. */
  readonly note: string
  /** Does not exist yet; the agent is told to write `madeText` into it. */
  readonly made: string
  readonly madeText: string
}

export interface Place {
  /** The path from the environment. */
  readonly program: string
  readonly gatewayUrl: string
  readonly key: string
  readonly model: string
  /** Empty, and its own. */
  readonly home: string
  readonly workspace: Workspace
  readonly prompt: string
}

export interface Command {
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
}

export interface Outcome {
  /** Its last words. */
  readonly text: string
  /** What it believes to have used, in all requests together; undefined = it does not say. */
  readonly usage: Usage | undefined
}

/** Tokens. `input` is the whole prompt, cache reads included; `output` includes reasoning. */
export interface Usage {
  readonly input: number
  readonly cached: number
  readonly output: number
}

/** For a program that must reach nothing but the gateway: every other address is a closed port. */
export function agentEnvironment(place: Place): NodeJS.ProcessEnv {
  const { PATH, LANG, TMPDIR } = bareEnvironment()
  const nowhere = 'http://127.0.0.1:9'
  const local = '127.0.0.1,localhost'
  return {
    ...(PATH === undefined ? {} : { PATH }),
    ...(LANG === undefined ? {} : { LANG }),
    ...(TMPDIR === undefined ? {} : { TMPDIR }),
    HOME: place.home,
    HTTP_PROXY: nowhere,
    HTTPS_PROXY: nowhere,
    https_proxy: nowhere,
    NO_PROXY: local,
    no_proxy: local,
  }
}
