// Source: the README of charmbracelet/crush, custom providers.
import { addressTrouble, keyTrouble, localTroubles, MODEL_TROUBLE } from '../common-troubles.ts'
import { type Tool } from '../tool.ts'

export const crush: Tool = {
  id: 'crush',
  name: 'Crush',
  kind: 'terminal',
  speaks: 'openai-chat',
  evidence: 'documentation',
  homepage: 'https://github.com/charmbracelet/crush#custom-providers',
  prefers: ['claude-sonnet-*', 'gpt-5*', '*'],
  guide: (setup) => ({
    steps: [
      { kind: 'key', variable: setup.keyVariable },
      {
        kind: 'file',
        file: {
          path: setup.system === 'windows' ? '%LOCALAPPDATA%\\crush\\crush.json' : '~/.config/crush/crush.json',
          format: 'json',
          edits: [
            { at: ['$schema'], value: 'https://charm.land/crush.json', ifAbsent: true },
            { at: ['providers', setup.brand.id, 'name'], value: setup.brand.name },
            { at: ['providers', setup.brand.id, 'type'], value: 'openai-compat' },
            { at: ['providers', setup.brand.id, 'base_url'], value: `${setup.origin}/v1` },
            { at: ['providers', setup.brand.id, 'api_key'], value: `$${setup.keyVariable}` },
            {
              at: ['providers', setup.brand.id, 'models'],
              itemBy: 'id',
              value: {
                id: setup.model,
                name: setup.model,
                context_window: setup.contextTokens,
                default_max_tokens: setup.outputTokens,
              },
            },
          ],
        },
      },
    ],
    verify: { command: 'crush run "Say hello"', endpoint: '/v1/chat/completions' },
    troubles: [
      keyTrouble(setup.keyVariable),
      addressTrouble(setup, 'openai-chat'),
      MODEL_TROUBLE,
      ...localTroubles(setup),
    ],
  }),
}
