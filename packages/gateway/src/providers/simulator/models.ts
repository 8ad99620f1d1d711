import { SimulatorError } from './errors.ts'

/** A model that the simulator lists; it answers for any other id too, because which ids exist is the gateway's business. */
export interface SimulatorModel {
  readonly id: string
  readonly ownedBy?: string
  /** Unix seconds. */
  readonly createdS?: number
}

/** 2024-01-01: one fixed date, so that two listings are the same. */
const CREATED_S = 1_704_067_200

export function listModels(models: readonly SimulatorModel[]): unknown {
  return { object: 'list', data: models.map(describe) }
}

/** `GET /v1/models/{id}`; a 404 with OpenAI's code for an id that is not listed. */
export function oneModel(models: readonly SimulatorModel[], id: string): unknown {
  const model = models.find((model) => model.id === id)
  if (model !== undefined) return describe(model)
  throw new SimulatorError(404, `The model '${id}' does not exist`, { param: 'model', code: 'model_not_found' })
}

function describe(model: SimulatorModel): unknown {
  return {
    id: model.id,
    object: 'model',
    created: model.createdS ?? CREATED_S,
    owned_by: model.ownedBy ?? 'fairlead-simulator',
  }
}
