// What lists of models show of the picker: its own name first, then its pools.
import type { Config } from '../config/config.ts'
import type { AutoRouter } from '../routing/auto/auto-router.ts'
import type { ListedModel } from '../routing/route-book.ts'

/** The newest of the names that clients knew; a list is not to change with every start. */
const CREATED_SECONDS = 1_767_225_600

export class AutoModels {
  readonly #auto: Pick<AutoRouter, 'named' | 'names' | 'poolIds'>
  readonly #config: () => Config
  #from: readonly ListedModel[] | null = null
  #listed: readonly ListedModel[] = []

  constructor(auto: Pick<AutoRouter, 'named' | 'names' | 'poolIds'>, config: () => Config) {
    this.#auto = auto
    this.#config = config
  }

  /** The same list while the models are the same. */
  before(models: readonly ListedModel[]): readonly ListedModel[] {
    if (models !== this.#from) {
      this.#from = models
      this.#listed = [...this.#entries(models), ...models]
    }
    return this.#listed
  }

  /** A name that is taken for the picker, as the list shows it. */
  publicIdOf(name: string): string | undefined {
    const found = this.#auto.named(name)
    if (found === undefined) return undefined
    const { own } = this.#auto.names
    return found.pool === null ? own : `${own}/${found.pool.name}`
  }

  #entries(models: readonly ListedModel[]): readonly ListedModel[] {
    const { own } = this.#auto.names
    const { brand, auto } = this.#config()
    return auto.pools.flatMap((pool): ListedModel[] => {
      const id = pool.name === '' ? own : `${own}/${pool.name}`
      const name = this.#auto.named(id)
      if (name === undefined) return []
      const ids = this.#auto.poolIds(name, '')
      if (ids.length === 0) return []
      const what = pool.name === '' ? 'its models' : `the models of the pool "${pool.name}"`
      return [
        {
          id,
          ownedBy: brand.name.toLowerCase().replace(/[^a-z0-9]+/g, '-'),
          description: `${brand.name} picks the cheapest of ${what} that is good enough for the request.`,
          created: CREATED_SECONDS,
          contextLength: longest(ids, models),
          price: null,
          picksFrom: ids,
        },
      ]
    })
  }
}

/** A conversation may grow until the last of them cannot hold it. */
function longest(ids: readonly string[], models: readonly ListedModel[]): number | null {
  const lengths = models.flatMap(({ id, contextLength }) =>
    ids.includes(id) && contextLength !== null ? [contextLength] : [],
  )
  return lengths.length === 0 ? null : Math.max(...lengths)
}
