// Source: aider.chat/docs, OpenAI compatible APIs and options: each option is also a variable AIDER_..., which leaves a real key of
// OpenAI's in OPENAI_API_KEY alone.
import { addressTrouble, keyTrouble, localTroubles, MODEL_TROUBLE } from '../common-troubles.ts'
import { inHome, type Tool } from '../tool.ts'

const KEY = 'AIDER_OPENAI_API_KEY'

export const aider: Tool = {
  id: 'aider',
  name: 'Aider',
  kind: 'terminal',
  speaks: 'openai-chat',
  evidence: 'run',
  homepage: 'https://aider.chat/docs/llms/openai-compat.html',
  prefers: ['claude-sonnet-*', 'gpt-5*', '*'],
  guide: (setup) => ({
    steps: [
      { kind: 'key', variable: KEY },
      {
        kind: 'file',
        file: {
          path: inHome(setup.system, '.aider.conf.yml'),
          format: 'yaml',
          edits: [
            { at: ['openai-api-base'], value: `${setup.origin}/v1` },
            { at: ['model'], value: `openai/${setup.model}` },
            { at: ['weak-model'], value: `openai/${setup.model}` },
          ],
        },
      },
    ],
    verify: { command: 'aider --no-git --message "Say hello"', endpoint: '/v1/chat/completions' },
    troubles: [
      keyTrouble(KEY),
      { say: 'trouble.aider-prefix', values: { model: setup.model } },
      addressTrouble(setup, 'openai-chat'),
      MODEL_TROUBLE,
      ...localTroubles(setup),
    ],
  }),
}
