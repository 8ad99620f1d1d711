// The names that a request leaves the choice with: `auto`, `auto:cheap`, `auto/coding`, `auto/coding:cheap`, and the same
// under `kr-auto`. Looked up once per request of any kind, so they are all written down beforehand.
import { ALSO_AUTO, AUTO_PRESETS, type AutoConfig, type AutoKnobs, type AutoPool } from '../../../config/auto-config.ts'
import type { Config } from '../../../config/config.ts'
import { PRESETS } from '../picker/picker.ts'

export interface AutoName {
  /** As it was asked for. */
  readonly name: string
  /** Null = the pool of the caller's group, or the default one. */
  readonly pool: AutoPool | null
  /** Null = the pool's. */
  readonly knobs: Partial<AutoKnobs> | null
}

export class AutoNames {
  /** What lists of models show. */
  readonly own: string
  readonly #names = new Map<string, AutoName>()
  readonly #byGroup = new Map<string, AutoPool>()
  readonly #default: AutoPool

  constructor({ auto, brand, models }: Pick<Config, 'auto' | 'brand' | 'models'>) {
    this.own = brand.autoModel
    const [first] = auto.pools
    if (first === undefined) throw new Error('The config has no default pool.')
    this.#default = first
    for (const pool of auto.pools) for (const group of pool.groups) this.#byGroup.set(group, pool)
    for (const own of new Set([brand.autoModel, ALSO_AUTO])) {
      for (const pool of auto.pools) {
        const name = pool.name === '' ? own : `${own}/${pool.name}`
        const asked = pool.name === '' ? null : pool
        this.#names.set(name, Object.freeze({ name, pool: asked, knobs: null }))
        for (const preset of AUTO_PRESETS) {
          const full = `${name}:${preset}`
          this.#names.set(full, Object.freeze({ name: full, pool: asked, knobs: presetKnobs(auto, preset) }))
        }
      }
    }
    // An exact id of the operator's wins, as everywhere.
    for (const { id, aliases } of models) for (const taken of [id, ...aliases]) this.#names.delete(taken)
  }

  /** /!\ Hot path: one look-up, for every request. */
  find(model: string): AutoName | undefined {
    return this.#names.get(model)
  }

  /** @param group of the caller */
  poolOf({ pool }: AutoName, group: string): AutoPool {
    return pool ?? this.#byGroup.get(group) ?? this.#default
  }

  /** For `auto/nobody-knows`: what there is. */
  get all(): readonly string[] {
    return [...this.#names.keys()]
  }
}

/** What `auto:cheap` and the like mean. */
export function presetKnobs({ presets }: AutoConfig, preset: (typeof AUTO_PRESETS)[number]): AutoKnobs {
  return Object.freeze({ ...PRESETS[preset], ...presets[preset] })
}
