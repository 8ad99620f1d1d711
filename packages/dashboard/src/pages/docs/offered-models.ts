// The models that the reader may use, or that a visitor may see, by what they are good for.
import type { ModelUse } from 'fairlead/connect/snippets/example.ts'
import { apiQuery } from '../../api/hooks.ts'
import type { CatalogueModel } from '../../api/generated/operations.ts'
import { useSession } from '../../app/session.ts'
import { useQuery } from '@tanstack/react-query'

export interface OfferedModels {
  readonly isPending: boolean
  readonly all: readonly CatalogueModel[]
  readonly of: Readonly<Record<ModelUse, readonly CatalogueModel[]>>
}

/** Shown where nobody says which there are, so that a snippet is whole. */
export const EXAMPLE_MODELS: Readonly<Record<ModelUse, string>> = {
  chat: 'gpt-4o-mini',
  embeddings: 'text-embedding-3-small',
  images: 'gpt-image-1',
}

export function useOfferedModels(): OfferedModels {
  const isOwn = useSession() !== null
  const own = useQuery({ ...apiQuery('listCatalogue', {}, { staleMs: 60_000 }), enabled: isOwn })
  const open = useQuery({
    ...apiQuery('listPublicCatalogue', {}, { account: null, staleMs: 60_000 }),
    enabled: !isOwn,
  })
  const query = isOwn ? own : open
  const all = (query.data?.data ?? []).filter(({ retired }) => !retired)
  return {
    isPending: query.isPending,
    all,
    of: {
      chat: all.filter((model) => model.capabilities.length === 0 || model.capabilities.includes('chat')),
      embeddings: all.filter((model) => model.capabilities.includes('embeddings')),
      images: all.filter((model) => model.capabilities.includes('image')),
    },
  }
}

/** What was chosen, else the example where it is there, else the first. */
export function chosenModel(use: ModelUse, wanted: string | undefined, { of }: OfferedModels): string {
  if (wanted !== undefined) return wanted
  const example = EXAMPLE_MODELS[use]
  const offered = of[use]
  return offered.some(({ id }) => id === example) ? example : (offered[0]?.id ?? example)
}
