import { newId } from '@piecework/model/ids'
import { LRUCache } from 'lru-cache'
import type { Tokens } from './tokens.ts'

const TOKEN_CACHE_MS = 60 * 60_000
const CACHED_TOKENS = 10_000

/** Tokens for the engines of projects; signing one takes longer than all else that starts a run. */
export function cachedEngineTokens(tokens: Tokens): (projectId: string, platformId: string) => Promise<string> {
  const cache = new LRUCache<string, Promise<string>>({ max: CACHED_TOKENS, ttl: TOKEN_CACHE_MS })
  return (projectId, platformId) => {
    const known = cache.get(projectId)
    if (known) return known
    const made = tokens.engine({ id: newId(), projectId, platformId })
    cache.set(projectId, made)
    return made
  }
}
