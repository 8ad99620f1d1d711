// Source: opencode.ai/docs, providers and config.
import { addressTrouble, keyTrouble, localTroubles, MODEL_TROUBLE } from '../common-troubles.ts'
import { inHome, type Tool } from '../tool.ts'

export const opencode: Tool = {
  id: 'opencode',
  name: 'opencode',
  kind: 'terminal',
  speaks: 'openai-chat',
  evidence: 'run',
  homepage: 'https://opencode.ai/docs/providers/#custom-provider',
  prefers: ['claude-sonnet-*', 'gpt-5*', '*'],
  guide: ({ brand, origin, keyVariable, model, ...setup }) => ({
    steps: [
      { kind: 'key', variable: keyVariable },
      {
        kind: 'file',
        file: {
          path: inHome(setup.system, '.config/opencode/opencode.json'),
          format: 'json',
          edits: [
            { at: ['$schema'], value: 'https://opencode.ai/config.json', ifAbsent: true },
            { at: ['provider', brand.id, 'npm'], value: '@ai-sdk/openai-compatible' },
            { at: ['provider', brand.id, 'name'], value: brand.name },
            {
              at: ['provider', brand.id, 'options'],
              value: { baseURL: `${origin}/v1`, apiKey: `{env:${keyVariable}}` },
            },
            {
              at: ['provider', brand.id, 'models', model],
              value: { name: model, limit: { context: setup.contextTokens, output: setup.outputTokens } },
            },
            { at: ['model'], value: `${brand.id}/${model}` },
            { at: ['small_model'], value: `${brand.id}/${model}` },
          ],
        },
      },
    ],
    verify: { command: 'opencode run "Say hello"', endpoint: '/v1/chat/completions' },
    troubles: [
      keyTrouble(keyVariable),
      addressTrouble({ brand, origin, keyVariable, model, ...setup }, 'openai-chat'),
      MODEL_TROUBLE,
      ...localTroubles({ brand, origin, keyVariable, model, ...setup }),
    ],
  }),
}
