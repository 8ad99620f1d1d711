// Gemini CLI, with an API key and the base URL that its SDK reads from the environment.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { at, isObject } from '../../lib/check.ts'
import { agentEnvironment } from '../agent.ts'
import type { Agent } from '../agent.ts'
import { numberAt, stringAt } from '../read.ts'

export const geminiCli: Agent = {
  name: 'gemini-cli',
  variable: 'FAIRLEAD_GEMINI_CLI',
  origin: '@google/gemini-cli@0.61.0, file bundle/gemini.js',
  dialect: 'gemini',
  modelOf: (family) => `gemini-2.5-pro-by-${family.name}`,
  steps: ({ note, made, madeText }) => [
    [{ name: 'read_file', arguments: { file_path: note } }],
    [
      { name: 'write_file', arguments: { file_path: made, content: madeText } },
      { name: 'run_shell_command', arguments: { command: `cat '${note}'`, description: 'Show the note' } },
    ],
  ],
  async command(place) {
    await mkdir(join(place.home, '.gemini'), { recursive: true })
    const settings = {
      // The base URL alone does not choose how to sign in (google-gemini/gemini-cli#27550).
      security: { auth: { selectedType: 'gemini-api-key' } },
      privacy: { usageStatisticsEnabled: false },
      general: { enableAutoUpdate: false, disableAutoUpdate: true },
      // Otherwise it asks no model for thoughts whose name it does not know.
      modelConfigs: {
        customAliases: { [place.model]: { extends: 'gemini-2.5-pro', modelConfig: { model: place.model } } },
      },
    }
    await writeFile(join(place.home, '.gemini/settings.json'), JSON.stringify(settings))
    return {
      args: ['-p', place.prompt, '-m', place.model, '-o', 'json', '--skip-trust', '--yolo'],
      env: { ...agentEnvironment(place), GEMINI_API_KEY: place.key, GOOGLE_GEMINI_BASE_URL: place.gatewayUrl },
    }
  },
  read({ stdout }) {
    const result: unknown = JSON.parse(stdout.slice(stdout.indexOf('{')))
    const models = at(result, 'stats.models')
    const used = isObject(models) ? Object.values(models).map((model) => at(model, 'tokens')) : []
    const sum = (path: string) => used.reduce<number>((total, tokens) => total + numberAt(tokens, path), 0)
    return {
      text: stringAt(result, 'response'),
      usage:
        used.length === 0
          ? undefined
          : { input: sum('prompt'), cached: sum('cached'), output: sum('candidates') + sum('thoughts') },
    }
  },
}
