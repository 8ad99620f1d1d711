// What a person sees at the start: the address, the first key, and a line to paste.

import type { Config, Settings } from '../config/config.ts'
import { VERSION } from '../core/version.ts'
import type { HealthView } from '../routing/health-view.ts'

export interface BannerFacts {
  readonly url: string
  /** Of the admin surface, where it has a listener of its own. */
  readonly adminUrl: string | null
  readonly config: Config
  /** Shown this once. */
  readonly firstKey: string | null
  /** Makes the first operator; null when there is one. */
  readonly setUpLink: string | null
  readonly settings: Settings
  readonly health: HealthView
  /** Where providers were found, for those that no file names. */
  readonly notices: readonly string[]
}

export function printBanner(facts: BannerFacts): void {
  console.log(renderBanner(facts))
}

function renderBanner({ url, adminUrl, config, firstKey, setUpLink, settings, health, notices }: BannerFacts): string {
  const shownKey = firstKey ?? (config.server.masterKey === '' ? 'YOUR_API_KEY' : 'YOUR_MASTER_KEY')
  const simulated = config.providers.every(({ type }) => type === 'simulator')
  const lines = [
    '',
    `${config.brand.name} ${VERSION}`,
    '',
    `  Base URL    ${url}/v1`,
    `  Dashboard   ${adminUrl ?? url}/`,
    ...(firstKey === null
      ? []
      : [
          `  API key     ${firstKey}`,
          '              (shown this once; make more with: npm run fairlead -- keys create)',
        ]),
    ...(setUpLink === null
      ? []
      : [
          `  First admin ${setUpLink}`,
          '              (works once, for 24 hours; make another with: npm run fairlead -- admin link)',
        ]),
    `  State       ${settings.dataDir}`,
    `  Config      ${settings.configPath === '' ? 'none; put a fairlead.yaml here, or name one with --config' : settings.configPath}`,
    '',
    '  Providers',
    ...health.providers.map(
      ({ name, type, url: origin, healthy, reason }) =>
        `    ${healthy ? 'up  ' : 'DOWN'} ${name} (${type}) ${origin}${reason === undefined ? '' : `  ${reason}`}`,
    ),
    ...notices.map((notice) => `    ${notice}`),
    ...(simulated
      ? [
          '',
          '  No provider is configured, so answers are SIMULATED. Set OPENAI_API_KEY (or another provider\u2019s), start a',
          '  local model server such as Ollama, or write a fairlead.yaml, and start again.',
        ]
      : []),
    '',
    '  Try it:',
    '',
    `curl ${url}/v1/chat/completions \\`,
    `  -H "Authorization: Bearer ${shownKey}" \\`,
    '  -H "Content-Type: application/json" \\',
    `  -d '{"model":"${exampleModel(config)}","messages":[{"role":"user","content":"Hello!"}]}'`,
    '',
  ]
  return lines.join('\n')
}

function exampleModel(config: Config): string {
  const ids = config.models.map(({ id }) => id).filter((id) => !id.includes('*'))
  return ids.find((id) => id === 'gpt-4o-mini') ?? ids[0] ?? 'gpt-4o-mini'
}
