import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useLive } from './live.ts'

const REFRESH_MS = 1000

/**
 * Reads lists again when runs in production begin or end, once a second at most.
 * @param queryKeys the first parts of the keys of their queries; the same array at each call
 */
export function useRunRefresh(queryKeys: readonly (readonly string[])[]): void {
  const queries = useQueryClient()
  const isStale = useRef(false)
  useLive('FLOW_RUN_PROGRESS', ({ environment }) => {
    if (environment === 'PRODUCTION') isStale.current = true
  })
  useEffect(() => {
    const timer = setInterval(() => {
      if (!isStale.current) return
      isStale.current = false
      for (const queryKey of queryKeys) void queries.invalidateQueries({ queryKey })
    }, REFRESH_MS)
    return () => clearInterval(timer)
  }, [queries, queryKeys])
}
