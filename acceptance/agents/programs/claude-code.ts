// Claude Code, with its whole set of tools and its real system prompt (no `--bare`).
import { at, isObject } from '../../lib/check.ts'
import { agentEnvironment } from '../agent.ts'
import type { Agent } from '../agent.ts'
import { numberAt, stringAt } from '../read.ts'

export const claudeCode: Agent = {
  name: 'claude-code',
  variable: 'FAIRLEAD_CLAUDE',
  origin: '@anthropic-ai/claude-code-linux-x64@2.1.329, file claude',
  dialect: 'anthropic-messages',
  // It knows what a model can do by a part of the name.
  modelOf: (family) => `claude-sonnet-4-5-by-${family.name}`,
  steps: ({ note, made, madeText }) => [
    [{ name: 'Read', arguments: { file_path: note } }],
    [
      { name: 'Write', arguments: { file_path: made, content: madeText } },
      { name: 'Bash', arguments: { command: `cat '${note}'`, description: 'Show the note' } },
    ],
  ],
  command: (place) => ({
    args: [
      ['-p', place.prompt, '--model', place.model, '--output-format', 'json', '--max-turns', '8'],
      ['--allowedTools', 'Read,Write,Bash'],
    ].flat(),
    env: {
      ...agentEnvironment(place),
      ANTHROPIC_BASE_URL: place.gatewayUrl,
      ANTHROPIC_API_KEY: place.key,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      CLAUDE_CODE_MAX_RETRIES: '0',
      DISABLE_AUTOUPDATER: '1',
    },
  }),
  read({ stdout }) {
    const result: unknown = JSON.parse(stdout.slice(stdout.indexOf('{')))
    const usage = at(result, 'usage')
    const cached = numberAt(usage, 'cache_read_input_tokens')
    return {
      text: stringAt(result, 'result'),
      usage: isObject(usage)
        ? {
            input: numberAt(usage, 'input_tokens') + cached + numberAt(usage, 'cache_creation_input_tokens'),
            cached,
            output: numberAt(usage, 'output_tokens'),
          }
        : undefined,
    }
  },
}
