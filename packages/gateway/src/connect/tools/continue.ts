// Source: docs.continue.dev, config.yaml and secrets. A `secrets.NAME` is looked for in ~/.continue/.env, and by its command line in the
// environment as well.
import { addressTrouble, keyTrouble, localTroubles, MODEL_TROUBLE } from '../common-troubles.ts'
import { inHome, type Tool } from '../tool.ts'

export const continueDev: Tool = {
  id: 'continue',
  name: 'Continue',
  kind: 'editor',
  speaks: 'openai-chat',
  evidence: 'run',
  homepage: 'https://docs.continue.dev/reference',
  prefers: ['claude-sonnet-*', 'gpt-5*', '*'],
  guide: (setup) => ({
    steps: [
      {
        kind: 'text',
        name: inHome(setup.system, '.continue/.env'),
        language: 'bash',
        text: `${setup.keyVariable}=YOUR_API_KEY\n`,
        say: 'step.config-key',
      },
      {
        kind: 'file',
        file: {
          path: inHome(setup.system, '.continue/config.yaml'),
          format: 'yaml',
          edits: [
            { at: ['name'], value: setup.brand.name, ifAbsent: true },
            { at: ['version'], value: '1.0.0', ifAbsent: true },
            { at: ['schema'], value: 'v1', ifAbsent: true },
            {
              at: ['models'],
              itemBy: 'name',
              value: {
                name: `${setup.model} (${setup.brand.name})`,
                provider: 'openai',
                model: setup.model,
                apiBase: `${setup.origin}/v1`,
                apiKey: `\${{ secrets.${setup.keyVariable} }}`,
                roles: ['chat', 'edit', 'apply'],
                capabilities: ['tool_use'],
              },
            },
          ],
        },
      },
      { kind: 'note', say: 'step.reload' },
    ],
    verify: { command: 'cn -p "Say hello"', endpoint: '/v1/chat/completions' },
    troubles: [
      keyTrouble(setup.keyVariable),
      addressTrouble(setup, 'openai-chat'),
      { say: 'trouble.yaml' },
      MODEL_TROUBLE,
      ...localTroubles(setup),
    ],
  }),
}
