import { notFound } from '@piecework/model/errors'
import { PieceMetadata } from '@piecework/model/piece/metadata'
import builtInPieces from '@piecework/pieces/catalogue.json' with { type: 'json' }
import type { PieceSource } from '@piecework/worker/task'
import { LRUCache } from 'lru-cache'
import semver from 'semver'
import { z } from 'zod'
import type { Db } from '../../database/open.ts'
import { type InstalledPiece, selectInstalled, selectVersions } from './store.ts'

/** A piece that steps can use, with where it comes from. */
export interface CataloguedPiece {
  metadata: PieceMetadata
  id: string
  created: string
  updated: string
  platformId: string | null
  pieceType: 'OFFICIAL' | 'CUSTOM'
  packageType: 'REGISTRY' | 'ARCHIVE'
  archiveId: string | null
  projectUsage: number
  builtIn: boolean
}

/** The pieces of a platform: those that come with the product, and those that were installed. */
export interface Catalogue {
  /**
   * The piece that a step pinned to this version runs on: the exact version when it is installed, else the
   * built-in piece, which answers to every version of its name. Without a version the newest.
   */
  find(name: string, version: string | undefined, platformId: string | null): Promise<CataloguedPiece | undefined>
  /** As find. @throws AppError ENTITY_NOT_FOUND */
  get(name: string, version: string | undefined, platformId: string | null): Promise<CataloguedPiece>
  /** The newest of each piece. */
  list(platformId: string | null): Promise<CataloguedPiece[]>
  /** Every version of every piece. */
  all(platformId: string | null): Promise<CataloguedPiece[]>
  /** Every version of a piece, newest first. */
  versions(name: string, platformId: string | null): Promise<CataloguedPiece[]>
  /** Where a worker takes the code from. */
  sourceOf(name: string, version: string, platformId: string): Promise<PieceSource>
  /** Pieces were installed or removed. */
  forget(): void
}

// Of the file that ships with the release; the pieces themselves are loaded by engines only.
const BUILT_IN_SINCE = '2026-01-01T00:00:00.000Z'
const NO_PLATFORM = ''

/** The metadata of the built-in pieces, as the build wrote it. */
export function readBuiltInPieces(): PieceMetadata[] {
  return z.array(PieceMetadata).parse(builtInPieces)
}

export function createCatalogue({
  db,
  builtIn,
  maxEntries,
}: {
  db: Db
  builtIn: readonly PieceMetadata[]
  maxEntries: number
}): Catalogue {
  const ownPieces = new Map(builtIn.map((metadata) => [metadata.name, present(metadata)]))
  const versionsCache = new LRUCache<string, Promise<CataloguedPiece[]>>({ max: maxEntries })

  const versions = (name: string, platformId: string | null): Promise<CataloguedPiece[]> => {
    const key = `${platformId ?? NO_PLATFORM}/${name}`
    const known = versionsCache.get(key)
    if (known) return known
    const loading = selectVersions(db, name, platformId).then((rows) =>
      newestFirst([...rows.map(fromRow), ...withOwn(rows, ownPieces.get(name))]),
    )
    versionsCache.set(key, loading)
    loading.catch(() => versionsCache.delete(key))
    return loading
  }

  const find = async (
    name: string,
    version: string | undefined,
    platformId: string | null,
  ): Promise<CataloguedPiece | undefined> => {
    const all = await versions(name, platformId)
    if (version === undefined) return all[0]
    return all.find((piece) => semver.satisfies(piece.metadata.version, version)) ?? ownPieces.get(name)
  }

  return {
    find,
    versions,
    forget: () => versionsCache.clear(),

    async get(name, version, platformId) {
      const piece = await find(name, version, platformId)
      if (!piece) throw notFound('piece', version === undefined ? name : `${name}@${version}`)
      return piece
    },

    async list(platformId) {
      const installed = (await selectInstalled(db, platformId)).map(fromRow)
      const newest = new Map(ownPieces)
      for (const piece of installed) {
        const known = newest.get(piece.metadata.name)
        if (!known || semver.gt(piece.metadata.version, known.metadata.version)) newest.set(piece.metadata.name, piece)
      }
      return [...newest.values()]
    },

    async all(platformId) {
      const rows = await selectInstalled(db, platformId)
      const own = [...ownPieces.values()].flatMap((piece) =>
        withOwn(
          rows.filter((row) => row.name === piece.metadata.name),
          piece,
        ),
      )
      return [...own, ...rows.map(fromRow)]
    },

    async sourceOf(name, version, platformId) {
      const piece = await find(name, version, platformId)
      if (piece?.builtIn) return { type: 'BUILTIN' }
      if (piece?.packageType === 'ARCHIVE' && piece.archiveId) return { type: 'ARCHIVE', fileId: piece.archiveId }
      return { type: 'REGISTRY' }
    },
  }
}

function present(metadata: PieceMetadata): CataloguedPiece {
  return {
    metadata,
    id: metadata.name,
    created: BUILT_IN_SINCE,
    updated: BUILT_IN_SINCE,
    platformId: null,
    pieceType: 'OFFICIAL',
    packageType: 'REGISTRY',
    archiveId: null,
    projectUsage: 0,
    builtIn: true,
  }
}

function fromRow({ metadata, name: _, version: __, ...row }: InstalledPiece): CataloguedPiece {
  return { ...row, metadata: PieceMetadata.parse(metadata), builtIn: false }
}

/** The built-in piece stands for its own version, unless exactly that one is installed. */
function withOwn(rows: readonly InstalledPiece[], own: CataloguedPiece | undefined): CataloguedPiece[] {
  return own && !rows.some((row) => row.version === own.metadata.version) ? [own] : []
}

function newestFirst(pieces: CataloguedPiece[]): CataloguedPiece[] {
  return pieces.sort((a, b) => semver.rcompare(a.metadata.version, b.metadata.version))
}
