// Codex CLI, over HTTP and over a WebSocket. It has function tools, a namespace of tools for sub-agents, and, with models that it knows, a custom tool
// whose input is a patch and no JSON: so it comes in two kinds, each over both.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { at } from '../../lib/check.ts'
import { agentEnvironment } from '../agent.ts'
import type { Agent, Command, Place } from '../agent.ts'
import { jsonLines, numberAt, stringAt } from '../read.ts'

const codex: Omit<Agent, 'name' | 'modelOf' | 'steps' | 'offers'> = {
  variable: 'FAIRLEAD_CODEX',
  origin: '@openai/codex@0.169.0-linux-x64, file vendor/x86_64-unknown-linux-musl/bin/codex',
  dialect: 'openai-responses',
  command: (place) => commandFor(place, false),
  read({ stdout }) {
    const events = jsonLines(stdout)
    const message = events.findLast((event) => at(event, 'item.type') === 'agent_message')
    const done = events.findLast((event) => at(event, 'type') === 'turn.completed')
    return {
      text: stringAt(message, 'item.text'),
      usage:
        done === undefined
          ? undefined
          : {
              input: numberAt(done, 'usage.input_tokens'),
              cached: numberAt(done, 'usage.cached_input_tokens'),
              output: numberAt(done, 'usage.output_tokens'),
            },
    }
  },
}

/** A model that it does not know: namespaced tools, and a call of one that must come back as such. */
const codexNamespace: Agent = {
  ...codex,
  name: 'codex',
  modelOf: (family) => `some-model-by-${family.name}`,
  steps: ({ note, made, madeText }, dress) => [
    [{ name: 'exec_command', arguments: { cmd: `cat '${note}'` } }],
    [
      { name: 'exec_command', arguments: { cmd: `printf %s '${madeText}' > '${made}'` } },
      // There is no such agent, and Codex says so: in words of the tool, which it must have found for that.
      {
        name: dress === 'own' ? 'close_agent' : 'multi_agent_v1__close_agent',
        arguments: { target: 'nobody' },
      },
      { name: 'exec_command', arguments: { cmd: `cat '${note}'` } },
    ],
  ],
  offers: ['spawn_agent'],
}

/** A model that it knows: the custom tool, whose input is text with newlines, quotes and a backslash. */
const codexCustom: Agent = {
  ...codex,
  name: 'codex-custom-tool',
  modelOf: (family) => `gpt-5.5-by-${family.name}`,
  steps: ({ note, made, madeText }, dress) => {
    const patch = `*** Begin Patch\n*** Add File: ${made}\n+${madeText}\n*** End Patch\n`
    return [
      [{ name: 'exec_command', arguments: { cmd: `cat '${note}'` } }],
      [
        {
          name: 'apply_patch',
          ...(dress === 'own' ? { argumentsText: patch } : { arguments: { input: patch } }),
        },
        { name: 'exec_command', arguments: { cmd: `cat '${note}'` } },
      ],
    ]
  },
  offers: ['apply_patch', 'begin_patch hunk+ end_patch'],
}

/** The same over a WebSocket: one for the whole task, each turn going on from the one before it. */
function overWebSocket(agent: Agent): Agent {
  return {
    ...agent,
    name: `${agent.name}-websocket`,
    overWebSocket: true,
    command: (place) => commandFor(place, true),
  }
}

export const codexes: readonly Agent[] = [
  codexNamespace,
  codexCustom,
  overWebSocket(codexNamespace),
  overWebSocket(codexCustom),
]

async function commandFor(place: Place, websockets: boolean): Promise<Command> {
  const folder = join(place.home, '.codex')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'config.toml'), configFor(place, websockets))
  return {
    args: [
      ['exec', '--json', '--skip-git-repo-check', '--ephemeral', '--disable', 'unbounded_connection_retries'],
      // The folder is a throw-away, and sandboxes do not work inside of containers.
      ['--dangerously-bypass-approvals-and-sandbox', place.prompt],
    ].flat(),
    env: { ...agentEnvironment(place), CODEX_HOME: folder, GATEWAY_KEY: place.key },
  }
}

function configFor({ model, gatewayUrl }: Place, websockets: boolean): string {
  return `model = "${model}"
model_provider = "gateway"
check_for_update_on_startup = false
analytics = { enabled = false }

[model_providers.gateway]
name = "gateway"
base_url = "${gatewayUrl}/v1"
env_key = "GATEWAY_KEY"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0
supports_websockets = ${websockets}
`
}
