// Source: the documentation of goose, custom providers in files; where Windows keeps them is not said there.
import { keyTrouble, localTroubles, MODEL_TROUBLE } from '../common-troubles.ts'
import { type Tool } from '../tool.ts'

export const goose: Tool = {
  id: 'goose',
  name: 'Goose',
  kind: 'terminal',
  speaks: 'openai-chat',
  evidence: 'unverified',
  homepage: 'https://block.github.io/goose/docs/getting-started/providers',
  prefers: ['claude-sonnet-*', 'gpt-5*', '*'],
  guide: (setup) => ({
    steps: [
      { kind: 'key', variable: setup.keyVariable },
      {
        kind: 'file',
        file: {
          path:
            setup.system === 'windows'
              ? `%APPDATA%\\Block\\goose\\config\\custom_providers\\${setup.brand.id}.json`
              : `~/.config/goose/custom_providers/${setup.brand.id}.json`,
          format: 'json',
          edits: [
            { at: ['name'], value: setup.brand.id },
            { at: ['engine'], value: 'openai' },
            { at: ['display_name'], value: setup.brand.name },
            { at: ['description'], value: setup.origin },
            { at: ['api_key_env'], value: setup.keyVariable },
            { at: ['base_url'], value: `${setup.origin}/v1/chat/completions` },
            {
              at: ['models'],
              itemBy: 'name',
              value: { name: setup.model, context_limit: setup.contextTokens },
            },
            { at: ['supports_streaming'], value: true },
          ],
        },
      },
    ],
    verify: {
      command: `goose run --provider ${setup.brand.id} --model ${setup.model} --text "Say hello"`,
      endpoint: '/v1/chat/completions',
    },
    troubles: [keyTrouble(setup.keyVariable), MODEL_TROUBLE, ...localTroubles(setup)],
  }),
}
