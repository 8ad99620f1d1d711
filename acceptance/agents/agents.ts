import type { Agent } from './agent.ts'
import { aider } from './programs/aider.ts'
import { claudeCode } from './programs/claude-code.ts'
import { codexCustom, codexNamespace } from './programs/codex.ts'
import { continueCli } from './programs/continue.ts'
import { geminiCli } from './programs/gemini-cli.ts'
import { opencodes } from './programs/opencode.ts'

export const AGENTS: readonly Agent[] = [
  claudeCode,
  codexNamespace,
  codexCustom,
  geminiCli,
  ...opencodes,
  continueCli,
  aider,
]
