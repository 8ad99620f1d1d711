// Source: zed.dev/docs/ai, OpenAI API compatible. The variable of the key follows from the provider's name.
import { addressTrouble, localTroubles, MODEL_TROUBLE } from '../common-troubles.ts'
import { type Tool } from '../tool.ts'

export const zed: Tool = {
  id: 'zed',
  name: 'Zed',
  kind: 'editor',
  speaks: 'openai-chat',
  evidence: 'documentation',
  homepage: 'https://zed.dev/docs/ai/use-api-access#openai-compatible',
  prefers: ['claude-sonnet-*', 'gpt-5*', '*'],
  guide(setup) {
    const variable = `${setup.brand.name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')}_API_KEY`
    return {
      steps: [
        { kind: 'key', variable },
        {
          kind: 'file',
          file: {
            path: setup.system === 'windows' ? '%APPDATA%\\Zed\\settings.json' : '~/.config/zed/settings.json',
            format: 'json',
            edits: [
              {
                at: ['language_models', 'openai_compatible', setup.brand.name, 'api_url'],
                value: `${setup.origin}/v1`,
              },
              {
                at: ['language_models', 'openai_compatible', setup.brand.name, 'available_models'],
                itemBy: 'name',
                value: {
                  name: setup.model,
                  display_name: setup.model,
                  max_tokens: setup.contextTokens,
                  max_output_tokens: setup.outputTokens,
                  capabilities: { tools: true, images: true, parallel_tool_calls: true },
                },
              },
            ],
          },
        },
        {
          kind: 'form',
          where: 'agent: open settings > LLM Providers',
          fields: [{ label: setup.brand.name, value: '' }],
        },
      ],
      verify: { command: null, endpoint: '/v1/chat/completions' },
      troubles: [
        { say: 'trouble.zed-variable', values: { variable } },
        addressTrouble(setup, 'openai-chat'),
        MODEL_TROUBLE,
        ...localTroubles(setup),
      ],
    }
  },
}
