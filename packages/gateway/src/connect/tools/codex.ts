// The command line, the app and the extension read the same file. Source: developers.openai.com/codex, configuration.
import { addressTrouble, keyTrouble, localTroubles, MODEL_TROUBLE } from '../common-troubles.ts'
import { inHome, type Tool } from '../tool.ts'

export const codex: Tool = {
  id: 'codex',
  name: 'Codex CLI',
  kind: 'terminal',
  speaks: 'openai-responses',
  evidence: 'run',
  homepage: 'https://developers.openai.com/codex/config-advanced',
  prefers: ['gpt-5*codex*', 'gpt-5*', 'gpt-4.1', 'gpt-*'],
  guide: (setup) => ({
    steps: [
      { kind: 'key', variable: setup.keyVariable },
      {
        kind: 'file',
        file: {
          path: inHome(setup.system, '.codex/config.toml'),
          movedBy: { variable: 'CODEX_HOME', folder: inHome(setup.system, '.codex') },
          format: 'toml',
          edits: [
            { at: ['model'], value: setup.model },
            { at: ['model_provider'], value: setup.brand.id },
            {
              at: ['model_providers', setup.brand.id],
              value: {
                name: setup.brand.name,
                base_url: `${setup.origin}/v1`,
                env_key: setup.keyVariable,
                wire_api: 'responses',
              },
            },
          ],
        },
      },
    ],
    verify: { command: 'codex exec --skip-git-repo-check "Say hello"', endpoint: '/v1/responses' },
    troubles: [
      keyTrouble(setup.keyVariable),
      addressTrouble(setup, 'openai-responses'),
      MODEL_TROUBLE,
      { say: 'trouble.codex-wire' },
      { say: 'trouble.codex-names', values: { name: setup.brand.id } },
      { say: 'trouble.codex-project' },
      ...localTroubles(setup),
    ],
  }),
}
