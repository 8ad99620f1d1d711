// Source: the documentation of gemini-cli, configuration. The variable of the key has a name of its own.
import { addressTrouble, keyTrouble, localTroubles, MODEL_TROUBLE } from '../common-troubles.ts'
import { inHome, type Tool } from '../tool.ts'

const KEY = 'GEMINI_API_KEY'

export const geminiCli: Tool = {
  id: 'gemini-cli',
  name: 'Gemini CLI',
  kind: 'terminal',
  speaks: 'gemini',
  evidence: 'run',
  homepage: 'https://github.com/google-gemini/gemini-cli/blob/main/docs/reference/configuration.md',
  prefers: ['gemini-*pro*', 'gemini-*'],
  guide: (setup) => ({
    steps: [
      { kind: 'key', variable: KEY },
      {
        kind: 'file',
        file: {
          path: inHome(setup.system, '.gemini/.env'),
          format: 'env',
          edits: [{ at: ['GOOGLE_GEMINI_BASE_URL'], value: setup.origin }],
        },
      },
      {
        kind: 'file',
        file: {
          path: inHome(setup.system, '.gemini/settings.json'),
          format: 'json',
          edits: [
            { at: ['security', 'auth', 'selectedType'], value: 'gemini-api-key' },
            { at: ['model', 'name'], value: setup.model },
          ],
        },
      },
    ],
    verify: { command: 'gemini -p "Say hello"', endpoint: '/v1beta/models/{model}:streamGenerateContent' },
    troubles: [
      keyTrouble(KEY),
      { say: 'trouble.gemini-login' },
      { say: 'trouble.gemini-https' },
      addressTrouble(setup, 'gemini'),
      MODEL_TROUBLE,
      ...localTroubles(setup),
    ],
  }),
}
