// Source: qwenlm.github.io/qwen-code-docs, model providers.
import { addressTrouble, keyTrouble, localTroubles, MODEL_TROUBLE } from '../common-troubles.ts'
import { inHome, type Tool } from '../tool.ts'

export const qwenCode: Tool = {
  id: 'qwen-code',
  name: 'Qwen Code',
  kind: 'terminal',
  speaks: 'openai-chat',
  evidence: 'documentation',
  homepage: 'https://qwenlm.github.io/qwen-code-docs/en/users/configuration/model-providers/',
  prefers: ['qwen*coder*', 'qwen*', '*'],
  guide: (setup) => ({
    steps: [
      { kind: 'key', variable: setup.keyVariable },
      {
        kind: 'file',
        file: {
          path: inHome(setup.system, '.qwen/settings.json'),
          format: 'json',
          edits: [
            {
              at: ['modelProviders', 'openai'],
              itemBy: 'id',
              value: {
                id: setup.model,
                name: `${setup.model} (${setup.brand.name})`,
                baseUrl: `${setup.origin}/v1`,
                envKey: setup.keyVariable,
              },
            },
            { at: ['security', 'auth', 'selectedType'], value: 'openai' },
            { at: ['model', 'name'], value: setup.model },
          ],
        },
      },
    ],
    verify: { command: 'qwen -p "Say hello"', endpoint: '/v1/chat/completions' },
    troubles: [
      keyTrouble(setup.keyVariable),
      addressTrouble(setup, 'openai-chat'),
      MODEL_TROUBLE,
      ...localTroubles(setup),
    ],
  }),
}
