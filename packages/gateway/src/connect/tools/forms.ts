// Tools that are set up by hand, in forms of their own.
// Sources: forum.cursor.com and docs of gateways for Cursor; docs.cline.bot and kilo.ai/docs, OpenAI compatible.
import { addressTrouble, localTroubles, MODEL_TROUBLE } from '../common-troubles.ts'
import type { Field, Setup, Tool } from '../tool.ts'

export const cursor: Tool = {
  id: 'cursor',
  name: 'Cursor',
  kind: 'editor',
  speaks: 'openai-chat',
  evidence: 'documentation',
  homepage: 'https://docs.cursor.com/settings/api-keys',
  prefers: ['gpt-5*', 'claude-sonnet-*', '*'],
  guide: (setup) => ({
    steps: [
      {
        kind: 'form',
        where: 'Cursor Settings > Models > API Keys',
        fields: [
          { label: 'OpenAI API Key', value: '' },
          { label: 'Override OpenAI Base URL', value: `${setup.origin}/v1` },
          { label: 'Add Custom Model', value: setup.model },
        ],
      },
      { kind: 'note', say: 'step.choose-model' },
    ],
    verify: { command: null, endpoint: '/v1/chat/completions' },
    troubles: [
      { say: 'trouble.cursor-public', values: { url: setup.origin } },
      { say: 'trouble.cursor-plan' },
      { say: 'trouble.cursor-global' },
      addressTrouble(setup, 'openai-chat'),
      MODEL_TROUBLE,
    ],
  }),
}

export const cline: Tool = {
  ...compatibleForm('Cline > Settings > API Configuration', 'API Provider'),
  id: 'cline',
  name: 'Cline',
  homepage: 'https://docs.cline.bot/provider-config/openai-compatible',
}

export const kiloCode: Tool = {
  ...compatibleForm('Kilo Code > Settings > Providers', 'API Provider'),
  id: 'kilo-code',
  name: 'Kilo Code',
  homepage: 'https://kilo.ai/docs/providers/openai-compatible',
}

function compatibleForm(where: string, choice: string): Omit<Tool, 'id' | 'name' | 'homepage'> {
  const fields = (setup: Setup): readonly Field[] => [
    { label: choice, value: 'OpenAI Compatible' },
    { label: 'Base URL', value: `${setup.origin}/v1` },
    { label: 'API Key', value: '' },
    { label: 'Model ID', value: setup.model },
    { label: 'Context Window Size', value: String(setup.contextTokens) },
    { label: 'Max Output Tokens', value: String(setup.outputTokens) },
  ]
  return {
    kind: 'editor',
    speaks: 'openai-chat',
    evidence: 'documentation',
    prefers: ['claude-sonnet-*', 'gpt-5*', '*'],
    guide: (setup) => ({
      steps: [{ kind: 'form', where, fields: fields(setup) }],
      verify: { command: null, endpoint: '/v1/chat/completions' },
      troubles: [addressTrouble(setup, 'openai-chat'), MODEL_TROUBLE, ...localTroubles(setup)],
    }),
  }
}
