import { LRUCache } from 'lru-cache'
import type { Db } from '../../database/open.ts'
import { TaggedJson } from '../../http/tagged.ts'
import type { Catalogue, CataloguedPiece } from './catalogue.ts'
import { presentSummary, type SuggestionType, translated, withUsage } from './present.ts'
import { searchPieces, suggestedSteps } from './search.ts'
import { selectVisibility } from './store.ts'
import type { Tags } from './tags.ts'
import type { PieceUsage } from './usage.ts'
import { showsOf } from './visibility.ts'

export type PieceOrder = 'NAME' | 'UPDATED' | 'CREATED' | 'POPULARITY'

export interface ListRequest {
  projectId?: string | undefined
  includeTags?: boolean | undefined
  includeHidden?: boolean | undefined
  searchQuery?: string | undefined
  sortBy?: PieceOrder | undefined
  orderBy: 'ASC' | 'DESC'
  categories?: readonly string[] | undefined
  suggestionType?: SuggestionType | undefined
  locale?: string | undefined
}

/** The list of the newest version of every piece that a platform shows. */
export interface PieceListing {
  /** The JSON of the list, which is kept until something that it shows has changed. */
  list(platformId: string | null, request: ListRequest): Promise<TaggedJson>
}

interface Parts {
  db: Db
  catalogue: Catalogue
  tags: Tags
  usage: PieceUsage
}

/** With a catalogue of 700 pieces, a list has half a megabyte, and three megabytes with all actions. */
const MAX_KEPT_BYTES = 64 * 1024 * 1024
const ENTRY_BYTES = 500

export function createPieceListing({ db, catalogue, tags, usage }: Parts): PieceListing {
  const kept = new LRUCache<string, TaggedJson>({
    maxSize: MAX_KEPT_BYTES,
    sizeCalculation: ({ body }, key) => body.byteLength + key.length + ENTRY_BYTES,
  })

  const usedBy = (platformId: string | null, sortBy: PieceOrder | undefined) => {
    if (platformId === null) return undefined
    return sortBy === 'POPULARITY' ? usage.counted(platformId) : usage.known(platformId)
  }

  return {
    async list(platformId, request) {
      const { projectId, includeHidden, includeTags, ...query } = request
      const [all, visibility, tagged, used] = await Promise.all([
        catalogue.list(platformId),
        platformId === null || includeHidden ? undefined : selectVisibility(db, platformId, projectId),
        includeTags && platformId !== null ? tags.ofPieces(platformId) : undefined,
        usedBy(platformId, query.sortBy),
      ])
      // Everything that the answer depends on; projects that show the same pieces share it.
      const key = JSON.stringify([versionOf(all), used && versionOf(used), visibility, tagged && [...tagged], query])
      const known = kept.get(key)
      if (known) return known
      const shows = showsOf(visibility)
      const shown = all.filter((piece) => shows(piece.metadata.name) && isIn(piece, query.categories))
      const local = shown.map((piece) => {
        const own = translated(piece, query.locale)
        return used ? withUsage(own, used) : own
      })
      const summaries = inOrder(local, query).map((piece) => ({
        ...presentSummary(piece),
        ...suggestedSteps(piece.metadata, query.suggestionType, query.searchQuery ?? ''),
        ...(tagged ? { tags: tagged.get(piece.metadata.name) ?? [] } : {}),
      }))
      const made = new TaggedJson(summaries, { isKept: true })
      kept.set(key, made)
      return made
    },
  }
}

/** A number for an object that is replaced, and never changed, when what it holds has changed. */
const versions = new WeakMap<object, number>()
let lastVersion = 0
function versionOf(object: object): number {
  const version = versions.get(object) ?? ++lastVersion
  versions.set(object, version)
  return version
}

function isIn({ metadata }: CataloguedPiece, categories: readonly string[] | undefined): boolean {
  return !categories?.length || categories.some((category) => metadata.categories?.includes(category))
}

/** A search is ordered by how well it matches, unless another order is asked for. */
function inOrder(
  pieces: readonly CataloguedPiece[],
  { searchQuery, sortBy, orderBy }: Pick<ListRequest, 'searchQuery' | 'sortBy' | 'orderBy'>,
): CataloguedPiece[] {
  const found = searchPieces(pieces, searchQuery ?? '')
  const ordered = searchQuery && !sortBy ? found : found.sort(ORDER[sortBy ?? 'NAME'])
  return orderBy === 'DESC' ? ordered.reverse() : ordered
}

const byName = new Intl.Collator('en').compare

const ORDER: Readonly<Record<PieceOrder, (a: CataloguedPiece, b: CataloguedPiece) => number>> = {
  NAME: (a, b) => byName(a.metadata.displayName, b.metadata.displayName),
  UPDATED: (a, b) => Date.parse(a.updated) - Date.parse(b.updated),
  CREATED: (a, b) => Date.parse(a.created) - Date.parse(b.created),
  POPULARITY: (a, b) => a.projectUsage - b.projectUsage,
}
