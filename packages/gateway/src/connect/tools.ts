// Every tool that there is a guide for, in the order in which they are shown.
import type { Tool } from './tool.ts'
import { aider } from './tools/aider.ts'
import { ccSwitch, cherryStudio, libreChat, lobeChat, openWebUi } from './tools/chats.ts'
import { claudeCode } from './tools/claude-code.ts'
import { codex } from './tools/codex.ts'
import { continueDev } from './tools/continue.ts'
import { crush } from './tools/crush.ts'
import { cline, cursor, kiloCode } from './tools/forms.ts'
import { geminiCli } from './tools/gemini-cli.ts'
import { goose } from './tools/goose.ts'
import { opencode } from './tools/opencode.ts'
import { qwenCode } from './tools/qwen-code.ts'
import { SDK_TOOLS } from './tools/sdks.ts'
import { vscode } from './tools/vscode.ts'
import { zed } from './tools/zed.ts'

export const TOOLS: readonly Tool[] = [
  claudeCode,
  codex,
  geminiCli,
  cursor,
  cline,
  kiloCode,
  opencode,
  continueDev,
  aider,
  vscode,
  zed,
  qwenCode,
  crush,
  goose,
  openWebUi,
  libreChat,
  lobeChat,
  cherryStudio,
  ccSwitch,
  ...SDK_TOOLS,
]

export function findTool(id: string): Tool | undefined {
  return TOOLS.find((tool) => tool.id === id)
}

/** Of these models, the one that suits a tool best; the first where none is of those that it prefers. */
export function bestModel(tool: Pick<Tool, 'prefers'>, models: readonly string[]): string | undefined {
  for (const pattern of tool.prefers) {
    const expression = new RegExp(
      `^(?:[\\w.-]+/)?${pattern.replaceAll(/[.+?^$()[\]{}|\\]/g, '\\$&').replaceAll('*', '.*')}$`,
    )
    const found = models.find((model) => expression.test(model))
    if (found !== undefined) return found
  }
  return models[0]
}
