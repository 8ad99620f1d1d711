// Sources: code.claude.com/docs, llm-gateway and settings. The key comes from a helper that prints the variable, so that it
// stands in no file; how Windows would run such a helper is not documented, so there the tool's own variable is used.
import { addressTrouble, keyTrouble, localTroubles, MODEL_TROUBLE } from '../common-troubles.ts'
import { inHome, type ConnectFile, type Guide, type Setup, type Tool } from '../tool.ts'

export const claudeCode: Tool = {
  id: 'claude-code',
  name: 'Claude Code',
  kind: 'terminal',
  speaks: 'anthropic-messages',
  evidence: 'run',
  homepage: 'https://code.claude.com/docs/en/llm-gateway',
  prefers: ['claude-sonnet-*', 'claude-opus-*', 'claude-*'],
  guide(setup): Guide {
    const variable = setup.system === 'windows' ? 'ANTHROPIC_AUTH_TOKEN' : setup.keyVariable
    return {
      steps: [
        { kind: 'key', variable },
        { kind: 'file', file: settings(setup) },
      ],
      verify: { command: 'claude -p "Say hello"', endpoint: '/v1/messages' },
      troubles: [
        keyTrouble(variable),
        { say: 'trouble.other-key', values: { other: 'ANTHROPIC_API_KEY' } },
        { say: 'trouble.claude-login' },
        addressTrouble(setup, 'anthropic-messages'),
        MODEL_TROUBLE,
        { say: 'trouble.claude-small' },
        { say: 'trouble.claude-betas' },
        { say: 'trouble.claude-project' },
        ...localTroubles(setup),
      ],
    }
  },
}

function settings({ system, origin, model, keyVariable }: Setup): ConnectFile {
  const env = {
    ANTHROPIC_BASE_URL: origin,
    ANTHROPIC_MODEL: model,
    ANTHROPIC_DEFAULT_OPUS_MODEL: model,
    ANTHROPIC_DEFAULT_SONNET_MODEL: model,
    ANTHROPIC_DEFAULT_HAIKU_MODEL: model,
  }
  const helper = { at: ['apiKeyHelper'], value: `printf %s "$${keyVariable}"` }
  return {
    path: inHome(system, '.claude/settings.json'),
    movedBy: { variable: 'CLAUDE_CONFIG_DIR', folder: inHome(system, '.claude') },
    format: 'json',
    edits: [
      ...Object.entries(env).map(([name, value]) => ({ at: ['env', name], value })),
      ...(system === 'windows' ? [] : [helper]),
    ],
  }
}
