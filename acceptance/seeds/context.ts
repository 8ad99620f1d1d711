// The gateways that rows talk to: each is started when the first row asks for it, and stopped at the end.
import { startFakeProviders } from '../lib/fake-providers.ts'
import { startGateway } from '../lib/gateway.ts'
import type { Gateway, GatewayOptions } from '../lib/gateway.ts'
import { findPython, OPENAI } from '../lib/python.ts'
import type { Upstream } from '../lib/upstream.ts'
import type { Options } from './options.ts'
import { Skipped } from './row.ts'
import { VENDOR_MODELS } from './vendor-models.ts'

export interface Endpoint {
  readonly url: string
  readonly key: string
}

export interface Vendors extends Endpoint {
  /** Where all of them end. */
  readonly upstream: Upstream
}

export interface Context extends AsyncDisposable {
  /** `npm start` on a machine that knows nothing, and the first key it printed. */
  plain(): Promise<Endpoint>
  /** The same with FAIRLEAD_MASTER_KEY set; the key is the master key. */
  withMasterKey(): Promise<Endpoint>
  /** The same with seed 004's header and key prefixes. */
  branded(): Promise<Endpoint>
  /** One with the tiers of seed 004 as groups, of which the free one may use some models only; the key is the master key. */
  withTiers(): Promise<Endpoint>
  /** One whose group `customers` has to pay beforehand; the key is the master key. */
  withWallets(): Promise<Endpoint>
  /** One whose config has a provider of every type, and every model of the pages at its own vendor. */
  vendors(): Promise<Vendors>
  /** One for a single row; it ends with the run at the latest. */
  own(options: GatewayOptions): Promise<Gateway>
  /** A python3 that can import `openai`. */
  python(): Promise<string>
}

// Any string of 16 characters or more will do; this one is not worth guarding, the gateway lives for a minute.
const MASTER_KEY = 'sk-acceptance-master-key'

const BRAND = `brand:
  name: KairosRoute
  header_prefix: X-KairosRoute
  key_prefix: kr_live_
  auto_model: kr-auto
`

const TIERS = `groups:
  - { name: free, preset: free, models: [gpt-4o-mini, "claude-*"] }
  - { name: pro, preset: pro }
`

const WALLETS = `groups:
  - { name: customers, billing: prepaid }
`

export function createContext(options: Options): Context {
  const started = new AsyncDisposableStack()

  async function own(gatewayOptions: GatewayOptions): Promise<Gateway> {
    return started.use(await startGateway(gatewayOptions))
  }

  const plain = once(async () => {
    if (options.target !== undefined) return options.target
    const gateway = await own({})
    // A model server on one of the usual local ports would be picked up, and these rows would be about that.
    const simulated = /simulat/i.test(gateway.output())
    if (!simulated)
      throw new Error(`the gateway found a provider on this machine; stop it for this run\n${gateway.output()}`)
    return gateway
  })
  const withMasterKey = once(async (): Promise<Endpoint> => {
    if (options.target !== undefined) {
      if (options.masterKey === undefined) throw new Skipped('needs --master-key')
      return { url: options.target.url, key: options.masterKey }
    }
    const gateway = await own({ masterKey: MASTER_KEY })
    return { url: gateway.url, key: MASTER_KEY }
  })
  const branded = once(() => own({ config: BRAND, keyPrefix: 'kr_live_' }))
  const withTiers = once(async () => ({
    url: (await own({ config: TIERS, masterKey: MASTER_KEY })).url,
    key: MASTER_KEY,
  }))
  const withWallets = once(async () => ({
    url: (await own({ config: WALLETS, masterKey: MASTER_KEY })).url,
    key: MASTER_KEY,
  }))
  const vendors = once(async (): Promise<Vendors> => {
    const { config, upstream } = started.use(await startFakeProviders())
    const { url, key } = await own({ config: config(VENDOR_MODELS) })
    return { url, key, upstream }
  })
  const python = once(async () => {
    const found = await findPython(options.python, [OPENAI])
    if (found === undefined) throw new Skipped('no Python openai package; see --python')
    return found.path
  })
  return {
    plain,
    withMasterKey,
    branded,
    withTiers,
    withWallets,
    vendors,
    own,
    python,
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}
