// What the guide is made for: this gateway, the reader's system, the model that they chose.
import type { Setup, System, Tool } from 'fairlead/connect/tool.ts'
import { bestModel } from 'fairlead/connect/tools.ts'
import { BRAND, ORIGIN } from '../../app/base.ts'
import { EXAMPLE_MODELS, type OfferedModels } from '../docs/offered-models.ts'
import type { ConnectSearch } from './routes.ts'

const USUAL_CONTEXT_TOKENS = 128_000
const USUAL_OUTPUT_TOKENS = 16_384

export function setupFor(tool: Tool, search: ConnectSearch, { of }: OfferedModels): Setup {
  const ids = of.chat.map(({ id }) => id)
  const model = search.model ?? bestModel(tool, ids) ?? EXAMPLE_MODELS.chat
  const facts = of.chat.find(({ id }) => id === model)
  const contextTokens = facts?.context_length ?? USUAL_CONTEXT_TOKENS
  return {
    origin: ORIGIN,
    model,
    keyVariable: search.variable ?? variableOf(BRAND),
    system: search.os ?? thisSystem(),
    brand: {
      name: BRAND,
      id:
        BRAND.toLowerCase()
          .replaceAll(/[^a-z0-9]+/g, '-')
          .replaceAll(/^-|-$/g, '') || 'gateway',
    },
    contextTokens,
    outputTokens: Math.min(facts?.max_output_tokens ?? USUAL_OUTPUT_TOKENS, Math.floor(contextTokens / 2)),
  }
}

function variableOf(brand: string): string {
  const name = brand
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
  return /^[A-Z]/.test(name) ? `${name}_API_KEY` : 'GATEWAY_API_KEY'
}

/** As the browser says it. */
export function thisSystem(): System {
  if (/Windows/.test(navigator.userAgent)) return 'windows'
  return /Mac|iPhone|iPad/.test(navigator.userAgent) ? 'macos' : 'linux'
}

/** Sets a variable for good, in the shell that the system comes with. */
export function setVariable(name: string, system: System): string {
  if (system === 'windows') return `setx ${name} "YOUR_API_KEY"`
  return `echo 'export ${name}="YOUR_API_KEY"' >> ${system === 'macos' ? '~/.zshrc' : '~/.bashrc'}`
}
