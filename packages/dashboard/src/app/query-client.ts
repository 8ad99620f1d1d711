import { QueryClient } from '@tanstack/react-query'
import { isWorthRetrying } from '../api/hooks.ts'

const MOST_RETRIES = 2

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (failures, error) => failures < MOST_RETRIES && isWorthRetrying(error),
      // The gateway is often on this very machine: the browser's idea of being offline says nothing about it.
      networkMode: 'always',
    },
    mutations: { networkMode: 'always', retry: false },
  },
})
