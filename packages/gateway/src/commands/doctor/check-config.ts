import type { Config } from '../../config/config.ts'
import { ConfigError } from '../../config/config-error.ts'
import { readConfigText } from '../../config/env.ts'
import { loadConfig } from '../../config/load-config.ts'
import type { Examination, Finding } from './finding.ts'

const topic = 'config'

/** `config` is absent when there is none that could be used. */
export function checkConfig({ settings, env }: Examination): { config?: Config; findings: readonly Finding[] } {
  const { configPath, overrides } = settings
  try {
    const text = readConfigText(configPath)
    const { config, warnings, notices } = loadConfig({ text, fileName: configPath, env, overrides })
    const from = configPath === '' ? 'no fairlead.yaml; the environment decides' : configPath
    const simulated = config.providers.every(({ type }) => type === 'simulator')
    const findings: Finding[] = [
      {
        level: 'good',
        topic,
        text: `${from} (${counted(config.providers.length, 'provider')}, ${counted(config.models.length, 'model')})`,
      },
      ...warnings.map((warning): Finding => ({ level: 'warn', topic, text: warning })),
      ...notices.map((notice): Finding => ({ level: 'note', topic, text: notice })),
    ]
    if (simulated) {
      findings.push({
        level: 'warn',
        topic,
        text: 'No provider is configured, so answers are simulated.',
        fix: 'set a provider key (OPENAI_API_KEY, ANTHROPIC_API_KEY, ...), start a local model server, or write a fairlead.yaml.',
      })
    }
    return { config, findings }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return {
      findings: [
        {
          level: 'bad',
          topic,
          text: error.message,
          fix: 'change the lines named above; "fairlead config check" looks again.',
        },
      ],
    }
  }
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
