// opencode, with each of the AI SDK's adapters for the four client dialects. They check what they get against schemas of their own.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { at } from '../../lib/check.ts'
import { agentEnvironment } from '../agent.ts'
import type { Agent, ClientDialect } from '../agent.ts'
import { jsonLines, numberAt, stringAt } from '../read.ts'

interface Adapter {
  readonly dialect: ClientDialect
  readonly npm: string
  /** What is asked of a model follows from its name. */
  readonly model: string
  /** Behind the gateway's origin. */
  readonly path: string
}

const opencodeWith = ({ dialect, npm, model, path }: Adapter): Agent => ({
  name: `opencode-${dialect}`,
  variable: 'FAIRLEAD_OPENCODE',
  origin: 'opencode-linux-x64@1.18.33, file bin/opencode',
  dialect,
  modelOf: (family) => `${model}-by-${family.name}`,
  steps: ({ note, made, madeText }) => [
    [{ name: 'read', arguments: { filePath: note } }],
    [
      { name: 'write', arguments: { filePath: made, content: madeText } },
      { name: 'bash', arguments: { command: `cat '${note}'`, description: 'Show the note' } },
    ],
  ],
  async command(place) {
    const config = {
      provider: {
        gateway: {
          npm,
          name: 'gateway',
          options: { baseURL: `${place.gatewayUrl}${path}`, apiKey: place.key },
          models: { [place.model]: { name: place.model, reasoning: true, tool_call: true } },
        },
      },
      // Otherwise another request names the session.
      small_model: `gateway/${place.model}`,
      permission: 'allow',
      autoupdate: false,
      share: 'disabled',
    }
    await writeFile(join(place.workspace.directory, 'opencode.json'), JSON.stringify(config))
    return {
      args: ['run', '--format', 'json', '--pure', '--title', 'task', '-m', `gateway/${place.model}`, place.prompt],
      env: { ...agentEnvironment(place), OPENCODE_DISABLE_AUTOUPDATE: '1', OPENCODE_DISABLE_MODELS_FETCH: '1' },
    }
  },
  read({ stdout }) {
    const events = jsonLines(stdout)
    const text = events.findLast((event) => at(event, 'type') === 'text')
    const steps = events.filter((event) => at(event, 'type') === 'step_finish')
    const sum = (path: string) =>
      steps.reduce<number>((total, step) => total + numberAt(step, `part.tokens.${path}`), 0)
    const cached = sum('cache.read')
    return {
      text: stringAt(text, 'part.text'),
      usage:
        steps.length === 0
          ? undefined
          : { input: sum('input') + cached + sum('cache.write'), cached, output: sum('output') + sum('reasoning') },
    }
  },
})

export const opencodes: readonly Agent[] = [
  opencodeWith({ dialect: 'openai-chat', npm: '@ai-sdk/openai-compatible', model: 'some-model', path: '/v1' }),
  opencodeWith({ dialect: 'openai-responses', npm: '@ai-sdk/openai', model: 'some-model', path: '/v1' }),
  opencodeWith({ dialect: 'anthropic-messages', npm: '@ai-sdk/anthropic', model: 'claude-sonnet-4-5', path: '/v1' }),
  opencodeWith({ dialect: 'gemini', npm: '@ai-sdk/google', model: 'gemini-2.5-pro', path: '/v1beta' }),
]
