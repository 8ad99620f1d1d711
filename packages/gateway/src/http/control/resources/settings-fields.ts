// Entries of the configuration file as bodies of requests: the same fields with the same rules, each of which may be
// absent. Defaults are left to the configuration, so that what is kept is what somebody said.
import { z } from 'zod'
import { modelSchema } from '../../../config/model-schema.ts'
import { providerSchema } from '../../../config/provider-schema.ts'
import { KEPT_APART } from '../../../upstreams/provider-entry.ts'

export type Settings = Record<string, unknown>

/** Of a provider, without its name and whatever is secret. */
export const providerSettings = fieldsWithout(providerSchema.shape, [...KEPT_APART])
/** Of a model, without its id; its price is set where prices are. */
export const modelSettings = fieldsWithout(modelSchema.shape, ['id', 'price'])
export const { name: providerName } = providerSchema.shape
export const { id: modelId } = modelSchema.shape

/** What of a checked body belongs to the entry. */
export function settingsIn(
  body: Readonly<Record<string, unknown>>,
  fields: Readonly<Record<string, unknown>>,
): Settings {
  return Object.fromEntries(Object.entries(body).filter(([name, value]) => name in fields && value !== undefined))
}

function fieldsWithout(
  fields: Readonly<Record<string, z.ZodType>>,
  names: readonly string[],
): Record<string, z.ZodOptional<z.ZodNullable<z.ZodType>>> {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([name]) => !names.includes(name))
      .map(([name, field]) => [
        name,
        bare(field)
          .nullish()
          .describe(field.description ?? name),
      ]),
  )
}

/** Without what fills it in. */
function bare(field: z.ZodType): z.ZodType {
  let inner: z.ZodType = field
  while (inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault || inner instanceof z.ZodOptional) {
    inner = inner.unwrap() as z.ZodType
  }
  return inner
}
