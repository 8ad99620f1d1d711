// Continue's `cn`, with its provider for OpenAI's chat format.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { agentEnvironment } from '../agent.ts'
import type { Agent } from '../agent.ts'

export const continueCli: Agent = {
  name: 'continue',
  variable: 'FAIRLEAD_CONTINUE',
  origin: '@continuedev/cli@1.5.47, file dist/cn.js',
  dialect: 'openai-chat',
  modelOf: (family) => `chat-model-by-${family.name}`,
  steps: ({ note, made, madeText }) => [
    [{ name: 'Read', arguments: { filepath: note } }],
    [
      { name: 'Write', arguments: { filepath: made, content: madeText } },
      { name: 'Bash', arguments: { command: `cat '${note}'` } },
    ],
  ],
  async command(place) {
    const file = join(place.home, 'config.yaml')
    const model = { name: 'gateway', provider: 'openai', model: place.model, apiBase: `${place.gatewayUrl}/v1` }
    // JSON is YAML, too.
    const config = {
      name: 'gateway',
      version: '1.0.0',
      schema: 'v1',
      models: [{ ...model, apiKey: place.key, roles: ['chat'], capabilities: ['tool_use'] }],
    }
    await writeFile(file, JSON.stringify(config))
    return {
      args: ['-p', '--auto', '--config', file, place.prompt],
      env: { ...agentEnvironment(place), CONTINUE_TELEMETRY_ENABLED: '0', CONTINUE_ALLOW_ANONYMOUS_TELEMETRY: '0' },
    }
  },
  read: ({ stdout }) => ({ text: stdout, usage: undefined }),
}
