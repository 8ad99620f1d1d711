// The gateway's answers in components: kept, shared and renewed by TanStack Query.
import {
  queryOptions,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query'
import { useRef } from 'react'
import {
  callApi,
  type CallOptions,
  type Input,
  newIdempotencyKey,
  type OperationName,
  type Reply,
  surroundings,
} from './client.ts'
import { ApiError, ProofDeclinedError, UnreachableError } from './errors.ts'

interface QuerySettings {
  readonly enabled?: boolean
  /** Asked again this often while the page is looked at. */
  readonly refetchIntervalMs?: number
  /** The last answer stays while the next one comes: for filters and pages. */
  readonly keepPrevious?: boolean
  /** As in `CallOptions`. */
  readonly account?: string | null
  readonly staleMs?: number
}

/** For loaders and for `queryClient`; its key begins with the operation, then the account. */
export function apiQuery<Name extends OperationName>(name: Name, input: Input<Name>, settings: QuerySettings = {}) {
  const account = settings.account === undefined ? surroundings.account : settings.account
  return queryOptions<Reply<Name>>({
    queryKey: [name, account, input],
    queryFn: async ({ signal }) => await callApi(name, input, { signal, account }),
    enabled: settings.enabled ?? true,
    ...(settings.staleMs === undefined ? {} : { staleTime: settings.staleMs }),
    ...(settings.refetchIntervalMs === undefined ? {} : { refetchInterval: settings.refetchIntervalMs }),
    ...(settings.keepPrevious === true
      ? { placeholderData: (previous: Reply<Name> | undefined) => previous as never }
      : {}),
  })
}

/** One answer of the gateway. */
export function useApi<Name extends OperationName>(
  name: Name,
  input: Input<Name>,
  settings: QuerySettings = {},
): UseQueryResult<Reply<Name>> {
  return useQuery(apiQuery(name, input, settings))
}

type Listed<Name extends OperationName> =
  Reply<Name> extends { readonly data: readonly (infer Entry)[] } ? Entry : never

export interface PagesOf<Entry> {
  readonly entries: readonly Entry[]
  readonly isPending: boolean
  readonly error: Error | null
  readonly hasMore: boolean
  readonly isLoadingMore: boolean
  readonly loadMore: () => void
  readonly retry: () => void
}

/** A list that comes in pages, newest first; `limit` stands in the query, `after` is added here. */
export function usePages<Name extends OperationName>(
  name: Name,
  input: Input<Name>,
  settings: QuerySettings = {},
): PagesOf<Listed<Name>> {
  const account = settings.account === undefined ? surroundings.account : settings.account
  const pages = useInfiniteQuery({
    queryKey: [name, account, input, 'pages'],
    queryFn: async ({ signal, pageParam }) => {
      const { query } = input as { readonly query?: object }
      const asked = { ...input, query: { ...query, ...(pageParam === '' ? {} : { after: pageParam }) } }
      return (await callApi(name, asked as Input<Name>, { signal, account })) as PageReply<Listed<Name>>
    },
    initialPageParam: '',
    getNextPageParam: (last) => (last.has_more ? (last.next_after ?? idOf(last.data.at(-1))) : undefined),
    enabled: settings.enabled ?? true,
    ...(settings.refetchIntervalMs === undefined ? {} : { refetchInterval: settings.refetchIntervalMs }),
  })
  return {
    entries: pages.data?.pages.flatMap(({ data }) => data) ?? [],
    isPending: pages.isPending,
    error: pages.error,
    hasMore: pages.hasNextPage,
    isLoadingMore: pages.isFetchingNextPage,
    loadMore: () => void pages.fetchNextPage(),
    retry: () => void pages.refetch(),
  }
}

interface PageReply<Entry> {
  readonly data: readonly Entry[]
  readonly has_more: boolean
  readonly next_after?: string
}

function idOf(entry: unknown): string | undefined {
  const { id } = (entry ?? {}) as { readonly id?: unknown }
  return typeof id === 'string' ? id : undefined
}

interface ActSettings<Name extends OperationName> extends Pick<CallOptions, 'account'> {
  /** What is asked for anew afterwards; the act is done when it has come. */
  readonly invalidates?: readonly OperationName[]
  readonly onDone?: (reply: Reply<Name>, input: Input<Name>) => void
}

/**
 * Something that changes. A fresh factor is asked for on the way where the gateway wants one. What must not be done twice
 * keeps its key until the gateway has answered: trying again after a lost connection is safe.
 */
export function useAct<Name extends OperationName>(
  name: Name,
  { invalidates = [], onDone, account }: ActSettings<Name> = {},
): UseMutationResult<Reply<Name>, Error, Input<Name>> {
  const client = useQueryClient()
  const tried = useRef<{ readonly input: string; readonly key: string } | null>(null)
  return useMutation<Reply<Name>, Error, Input<Name>>({
    mutationFn: async (input) => {
      const text = JSON.stringify(input)
      if (tried.current?.input !== text) tried.current = { input: text, key: newIdempotencyKey() }
      try {
        const reply = await callApi(name, input, { account, idempotencyKey: tried.current.key })
        tried.current = null
        return reply
      } catch (error) {
        if (!(error instanceof UnreachableError)) tried.current = null
        throw error
      }
    },
    onSuccess: async (reply, input) => {
      await Promise.all(invalidates.map(async (one) => await client.invalidateQueries({ queryKey: [one] })))
      onDone?.(reply, input)
    },
  })
}

/** Whether asking again could help. */
export function isWorthRetrying(error: unknown): boolean {
  if (error instanceof ProofDeclinedError) return false
  return !(error instanceof ApiError) || error.status >= 500
}
