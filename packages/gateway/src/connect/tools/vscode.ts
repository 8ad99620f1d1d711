// VS Code 1.122 and later: its own chat, with a "Custom Endpoint". The key goes into VS Code's own safe, through its form.
// Sources: code.visualstudio.com, language models; microsoft/vscode#316916.
import { localTroubles, MODEL_TROUBLE } from '../common-troubles.ts'
import { type Tool } from '../tool.ts'

export const vscode: Tool = {
  id: 'vscode',
  name: 'VS Code',
  kind: 'editor',
  speaks: 'openai-responses',
  evidence: 'documentation',
  homepage: 'https://code.visualstudio.com/docs/agent-customization/language-models',
  prefers: ['gpt-5*', 'claude-sonnet-*', '*'],
  guide: (setup) => ({
    steps: [
      {
        kind: 'form',
        where: 'Chat: Manage Language Models > Add Models > Custom Endpoint',
        fields: [
          { label: 'Name', value: setup.brand.name },
          { label: 'API Key', value: '' },
          { label: 'API Type', value: 'Responses' },
        ],
      },
      {
        kind: 'text',
        name: 'chatLanguageModels.json',
        language: 'json',
        say: 'step.models-file',
        text: `${JSON.stringify(
          {
            id: setup.model,
            name: setup.model,
            url: `${setup.origin}/v1/responses`,
            toolCalling: true,
            vision: true,
            maxInputTokens: Math.max(1, setup.contextTokens - setup.outputTokens),
            maxOutputTokens: setup.outputTokens,
          },
          null,
          2,
        )}\n`,
      },
      { kind: 'note', say: 'step.choose-model' },
    ],
    verify: { command: null, endpoint: '/v1/responses' },
    troubles: [{ say: 'trouble.vscode-tools' }, MODEL_TROUBLE, ...localTroubles(setup)],
  }),
}
