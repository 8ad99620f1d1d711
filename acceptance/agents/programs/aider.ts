// aider has no tools: it edits files by the words of the answer. So it proves the plain stream, and little else.
import { agentEnvironment } from '../agent.ts'
import type { Agent } from '../agent.ts'

export const aider: Agent = {
  name: 'aider',
  variable: 'FAIRLEAD_AIDER',
  origin: 'aider-chat 0.86.2 of PyPI, file bin/aider of its environment',
  dialect: 'openai-chat',
  modelOf: (family) => `some-model-by-${family.name}`,
  steps: () => [],
  // Its edit format `whole`.
  lastWords: ({ madeText }) => `Voilà 🙂:\n\nmade.txt\n\`\`\`\n${madeText}\n\`\`\``,
  command: (place) => ({
    args: [
      ['--model', `openai/${place.model}`, '--edit-format', 'whole', '--no-git', '--yes-always', '--no-pretty'],
      ['--no-check-update', '--no-show-release-notes', '--no-show-model-warnings', '--analytics-disable'],
      ['--read', place.workspace.note, '--file', place.workspace.made, '--message', place.prompt],
    ].flat(),
    env: {
      ...agentEnvironment(place),
      OPENAI_API_BASE: `${place.gatewayUrl}/v1`,
      OPENAI_API_KEY: place.key,
      LITELLM_LOCAL_MODEL_COST_MAP: 'True',
    },
  }),
  read({ stdout }) {
    const answer = /^Voilà[\s\S]*?\n```\n[\s\S]*?\n```/m.exec(stdout)
    return { text: answer?.[0] ?? stdout, usage: undefined }
  },
}
