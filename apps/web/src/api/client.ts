import { ApiError, createClient } from '@piecework/sdk'
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { noteSecondStep } from './second-step.ts'
import { currentSession, expireSession } from './session.ts'

/** The API of the server that this page came from. */
export const client = createClient({
  url: '/api',
  token: () => currentSession()?.token,
  timeoutMs: 60_000,
})

const ENDED: ReadonlySet<string> = new Set(['SESSION_EXPIRED', 'INVALID_BEARER_TOKEN', 'AUTHENTICATION'])

function watch(error: unknown): void {
  if (error instanceof ApiError && error.status === 401 && ENDED.has(error.code)) expireSession()
}

/** The cache of the server's data. The client repeats failed reads by itself. */
export const queries = new QueryClient({
  queryCache: new QueryCache({ onError: watch }),
  mutationCache: new MutationCache({
    onError: (error) => {
      watch(error)
      noteSecondStep(error)
    },
  }),
  defaultOptions: {
    queries: { retry: false, staleTime: 5000, gcTime: 600_000, networkMode: 'always' },
    mutations: { retry: false, networkMode: 'always' },
  },
})
