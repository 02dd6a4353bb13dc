import type { AvailablePieces } from '@piecework/api/pieces'
import { LRUCache } from 'lru-cache'
import type { Logger } from 'pino'
import { z } from 'zod'
import type { Outbound } from '../../http/outbound.ts'
import type { Catalogue } from './catalogue.ts'
import { PackageName } from './package-name.ts'

/** Looks in the npm registry for pieces that a platform does not have. */
export interface AvailablePieceSearch {
  /** @param searchQuery the name of a package, or the short name of a published piece: `google sheets` */
  find(platformId: string, searchQuery: string): Promise<AvailablePieces>
}

interface Parts {
  catalogue: Pick<Catalogue, 'versions'>
  registryUrl: string
  outbound: Outbound
  log: Logger
}

const REQUEST_TIMEOUT_MS = 5000
/** The registry lists each version with what it depends on. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024
/** People type the same names again; a new version may wait for this long. */
const KEPT_MS = 10 * 60_000
const MAX_KEPT = 1000
const PUBLISHED_SCOPE = '@activepieces/piece-'

const Package = z.object({ name: z.string(), 'dist-tags': z.object({ latest: z.string() }) })

export function createAvailablePieceSearch({ catalogue, registryUrl, outbound, log }: Parts): AvailablePieceSearch {
  /** The newest version by package; an empty text for packages that do not exist. */
  const known = new LRUCache<string, string>({ max: MAX_KEPT, ttl: KEPT_MS })

  const newestOf = async (name: string): Promise<string> => {
    const kept = known.get(name)
    if (kept !== undefined) return kept
    const url = `${registryUrl.replace(/\/$/, '')}/${name.replace('/', '%2f')}`
    const response = await outbound(url, {
      timeoutMs: REQUEST_TIMEOUT_MS,
      maxBytes: MAX_ANSWER_BYTES,
      // Without the texts of each version.
      headers: { accept: 'application/vnd.npm.install-v1+json, application/json;q=0.8' },
    })
    if (!response.ok && response.status !== 404) throw new Error(`${url} answered ${response.status}`)
    const newest = response.ok ? Package.parse(await response.json())['dist-tags'].latest : ''
    known.set(name, newest)
    return newest
  }

  return {
    async find(platformId, searchQuery) {
      const pieces: AvailablePieces['pieces'] = []
      try {
        const name = packageOf(searchQuery)
        if (name === undefined || (await catalogue.versions(name, platformId)).length > 0)
          return { isReachable: true, pieces }
        const pieceVersion = await newestOf(name)
        if (pieceVersion !== '') pieces.push({ pieceName: name, pieceVersion })
        return { isReachable: true, pieces }
      } catch (error) {
        log.debug({ err: error, searchQuery }, 'the npm registry could not be asked for a piece')
        return { isReachable: false, pieces }
      }
    },
  }
}

/** The package that a search means; undefined when none can be meant. */
function packageOf(searchQuery: string): string | undefined {
  const words = searchQuery.trim().toLowerCase()
  const isPackage = words.includes('/') || words.includes('piece-')
  const slug = words
    .split(/[^a-z0-9]+/)
    .filter(Boolean)
    .join('-')
  return PackageName.safeParse(isPackage ? words : slug && `${PUBLISHED_SCOPE}${slug}`).data
}
