// Which models a key may use, asked of a gateway that may be anywhere.
import { z } from 'zod'

const listSchema = z.object({
  data: z.array(z.object({ id: z.string(), context_length: z.int().positive().nullish() })),
})
export type OfferedModel = z.infer<typeof listSchema>['data'][number]

export type Answer =
  | { readonly kind: 'models'; readonly models: readonly OfferedModel[] }
  /** A sentence for the person. */
  | { readonly kind: 'problem'; readonly message: string }

const TIMEOUT_MS = 5000

export async function askModels(origin: string, key: string): Promise<Answer> {
  try {
    const reply = await fetch(`${origin}/v1/models`, {
      headers: { authorization: `Bearer ${key}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: 'error',
    })
    if (reply.status === 401) return problem(`${origin} does not know this key.`)
    if (!reply.ok) return problem(`${origin} answered ${reply.status} to the question for its models.`)
    const list = listSchema.safeParse(await reply.json())
    if (list.success) return { kind: 'models', models: list.data.data }
    return problem(`${origin} answered, but not as a gateway does.`)
  } catch {
    return problem(`${origin} does not answer.`)
  }
}

function problem(message: string): Answer {
  return { kind: 'problem', message }
}
