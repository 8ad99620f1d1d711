// A provider for the tests of this folder, as a configuration file would make it.

import type { ProviderConfig } from '../../config/config.ts'
import { loadConfig } from '../../config/load-config.ts'

/** @param fields of one entry of `providers`, as YAML in flow style, without `name` */
export function providerOf(fields: string): ProviderConfig {
  const text = `providers: [{ name: p, ${fields} }]`
  const { config } = loadConfig({ text, fileName: 'fairlead.yaml', env: {}, overrides: {} })
  const [provider] = config.providers
  if (provider === undefined) throw new Error('there is no provider')
  return provider
}
