// `GET /v1/models` and `GET /v1/models/{id}`: what a key may use, in the shape of DESIGN section 5.

import { GatewayError } from '../core/errors.ts'
import type { Principal } from '../identity/principal.ts'
import type { ListedModel } from '../routing/route-book.ts'

export interface ModelSource {
  /** A new array whenever anything changed. */
  listModels(): readonly ListedModel[]
  /** Public id of an id or alias. */
  publicIdOf(modelId: string): string | undefined
}

export class ModelList {
  readonly #source: ModelSource
  #from: readonly ListedModel[] = []
  #body: Buffer = Buffer.alloc(0)
  #byId = new Map<string, Buffer>()

  constructor(source: ModelSource) {
    this.#source = source
  }

  list(_principal: Principal): Buffer {
    this.#refresh()
    return this.#body
  }

  /** @throws {GatewayError} `model_not_found` */
  one(_principal: Principal, id: string): Buffer {
    this.#refresh()
    const body = this.#byId.get(id) ?? this.#byId.get(this.#source.publicIdOf(id) ?? '')
    if (body === undefined) {
      throw new GatewayError(
        'model_not_found',
        `The model "${id.slice(0, 200)}" does not exist here, or this key may not use it. GET /v1/models lists what it may use.`,
        { param: 'model' },
      )
    }
    return body
  }

  #refresh(): void {
    const models = this.#source.listModels()
    if (models === this.#from) return
    this.#from = models
    const rendered = models.map((model) => render(model))
    this.#body = Buffer.from(JSON.stringify({ object: 'list', data: rendered }))
    this.#byId = new Map(rendered.map((model) => [model.id, Buffer.from(JSON.stringify(model))]))
  }
}

function render(model: ListedModel): { readonly id: string } {
  const { id, created, ownedBy, description, contextLength, price } = model
  return {
    id,
    object: 'model',
    created,
    owned_by: ownedBy,
    description,
    permission: [],
    root: id,
    parent: null,
    context_length: contextLength,
    // US$ per million tokens, as plain decimals.
    pricing:
      price === null
        ? null
        : {
            input: dollars(price.inputNanosPerMillion),
            cached_input: dollars(price.cachedInputNanosPerMillion),
            output: dollars(price.outputNanosPerMillion),
          },
  } as { readonly id: string }
}

function dollars(nanos: number): string {
  const whole = String(nanos).padStart(10, '0')
  return `${whole.slice(0, -9)}.${whole.slice(-9)}`.replace(/0+$/, '').replace(/\.$/, '')
}
