import { newId } from '@piecework/model/ids'
import { createCache } from '../cache.ts'
import type { Tokens } from './tokens.ts'

const TOKEN_CACHE_MS = 60 * 60_000
const CACHED_TOKENS = 10_000

/** Tokens for the engines of projects; signing one takes longer than all else that starts a run. */
export function cachedEngineTokens(tokens: Tokens): (projectId: string, platformId: string) => Promise<string> {
  const made = createCache<string>({ max: CACHED_TOKENS, ttlMs: TOKEN_CACHE_MS })
  return (projectId, platformId) => made.get(projectId, () => tokens.engine({ id: newId(), projectId, platformId }))
}
