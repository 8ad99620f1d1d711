import type { Agent } from './agent.ts'
import { aider } from './programs/aider.ts'
import { claudeCode } from './programs/claude-code.ts'
import { codexes } from './programs/codex.ts'
import { continueCli } from './programs/continue.ts'
import { geminiCli } from './programs/gemini-cli.ts'
import { opencodes } from './programs/opencode.ts'

export const AGENTS: readonly Agent[] = [claudeCode, ...codexes, geminiCli, ...opencodes, continueCli, aider]
