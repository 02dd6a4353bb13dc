import type { RegistryEntry } from '@piecework/api/pieces'
import { leastVersion } from '@piecework/model/flow/step'
import { PieceMetadata } from '@piecework/model/piece/metadata'
import builtInPieces from '@piecework/pieces/catalogue.json' with { type: 'json' }
import type { PieceSource } from '@piecework/worker/task'
import { LRUCache } from 'lru-cache'
import semver from 'semver'
import { z } from 'zod'
import { createCache } from '../../cache.ts'
import type { Db } from '../../database/open.ts'
import { readable } from '../../database/readable.ts'
import { missingPieces } from './missing.ts'
import { isSupported, supports } from './release.ts'
import { type InstalledPiece, selectInstalled, selectNames, selectVersions } from './store.ts'

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
  /** The compiled module of a piece under development. */
  file?: string
}

/** The pieces of a platform: those that come with the product, and those that were installed. */
export interface Catalogue {
  /**
   * The piece that a step pinned to this version runs on: the exact version when it is installed, else the
   * built-in piece, which answers to every version of its name. Without a version the newest. A piece under
   * development stands for every version of its name.
   */
  find(name: string, version: string | undefined, platformId: string | null): Promise<CataloguedPiece | undefined>
  /**
   * As find, with the exact version to pin a step to that names this version or range: that of the piece, or the one
   * that it stands in for.
   */
  resolve(
    name: string,
    version: string,
    platformId: string | null,
  ): Promise<{ metadata: PieceMetadata; version: string } | undefined>
  /** As find. @throws AppError ENTITY_NOT_FOUND that names the versions that there are */
  get(name: string, version: string | undefined, platformId: string | null): Promise<CataloguedPiece>
  /** The newest of each piece. */
  list(platformId: string | null): Promise<readonly CataloguedPiece[]>
  /** Every version of a piece, newest first. */
  versions(name: string, platformId: string | null): Promise<CataloguedPiece[]>
  /** Every version of every piece that works with a release, by name. */
  registry(platformId: string | null, release: string): Promise<RegistryEntry[]>
  /** The place from which a worker takes the code. */
  sourceOf(name: string, version: string, platformId: string): Promise<PieceSource>
  /** Takes a piece under development in, in place of its earlier build. */
  develop(metadata: PieceMetadata, file: string): void
  /** Pieces were installed or removed. */
  forget(): void
}

// The date of the catalogue that ships with the release; only engines load the pieces themselves.
const BUILT_IN_SINCE = '2026-01-01T00:00:00.000Z'
const NO_PLATFORM = ''
/** Lists of platforms that are kept; each refers to pieces that are kept once. */
const CACHED_LISTS = 50

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
  const developed = new Map<string, CataloguedPiece>()
  const versionsOf = createCache<CataloguedPiece[]>({ max: maxEntries })
  const lists = createCache<readonly CataloguedPiece[]>({ max: CACHED_LISTS })
  /** Metadata is large and never changes: read once for all platforms. */
  const rows = new LRUCache<string, CataloguedPiece>({ max: maxEntries })

  /** @returns nothing for a row that is damaged: it must not take the others with it. */
  const fromRow = (row: InstalledPiece): CataloguedPiece[] => {
    const known = rows.get(row.id)
    if (known?.updated === row.updated) return [known]
    const { metadata: stored, name: _, version: __, ...rest } = row
    const metadata = readable(PieceMetadata, stored, undefined)
    if (!metadata) return []
    const piece = { ...rest, metadata, builtIn: false }
    rows.set(row.id, piece)
    return [piece]
  }

  const versions = (name: string, platformId: string | null): Promise<CataloguedPiece[]> =>
    versionsOf.get(`${platformId ?? NO_PLATFORM}/${name}`, async () => {
      const installed = (await selectVersions(db, name, platformId)).flatMap(fromRow).filter(isSupported)
      return newestFirst([...preferOwnOf(platformId, installed), ...withOwn(installed, ownPieces.get(name))])
    })

  /** A piece under development stands before all others of its name. */
  const withDeveloped = async (name: string, platformId: string | null): Promise<CataloguedPiece[]> => {
    const own = developed.get(name)
    const all = await versions(name, platformId)
    return own ? [own, ...all.filter((piece) => piece.metadata.version !== own.metadata.version)] : all
  }

  const find = async (
    name: string,
    version: string | undefined,
    platformId: string | null,
  ): Promise<CataloguedPiece | undefined> => {
    const inDevelopment = developed.get(name)
    if (inDevelopment) return inDevelopment
    const all = await versions(name, platformId)
    if (version === undefined) return all[0]
    return all.find((piece) => fits(piece.metadata.version, version)) ?? ownPieces.get(name)
  }

  /** Names and versions first: of the metadata only what the list shows is read. */
  const loadList = async (platformId: string | null): Promise<readonly CataloguedPiece[]> => {
    const newest = newestByName((await selectNames(db, platformId)).filter(isSupported))
    const listed = new Map([...ownPieces, ...developed])
    const wanted = [...newest].filter(([name, { version }]) => {
      const own = listed.get(name)
      return !own || (!developed.has(name) && semver.gt(version, own.metadata.version))
    })
    // Metadata is large: of what was read before nothing is read again.
    const unread: string[] = []
    for (const [name, { id, updated }] of wanted) {
      const known = rows.get(id)
      if (known?.updated === updated) listed.set(name, known)
      else unread.push(id)
    }
    const installed = await selectInstalled(db, platformId, unread)
    for (const piece of installed.flatMap(fromRow)) listed.set(piece.metadata.name, piece)
    return [...listed.values()]
  }

  return {
    find,
    versions: withDeveloped,
    list: (platformId) => lists.get(platformId ?? NO_PLATFORM, () => loadList(platformId)),

    forget() {
      versionsOf.forgetAll()
      lists.forgetAll()
    },

    async resolve(name, version, platformId) {
      const piece = await find(name, version, platformId)
      if (!piece) return undefined
      const { metadata } = piece
      return { metadata, version: fits(metadata.version, version) ? metadata.version : leastVersion(version) }
    },

    async get(name, version, platformId) {
      const piece = await find(name, version, platformId)
      if (piece) return piece
      const installedVersions = (await versions(name, platformId)).map(({ metadata }) => metadata.version)
      throw missingPieces([{ pieceName: name, pieceVersion: version, installedVersions }])
    },

    async registry(platformId, release) {
      const installed = (await selectNames(db, platformId)).filter((row) => supports(row, release)).map(entryOf)
      const known = new Set(installed.map(({ name, version }) => `${name}@${version}`))
      const own = [...ownPieces.values()].map(({ metadata, ...piece }) => entryOf({ ...metadata, ...piece }))
      return [...own.filter(({ name, version }) => !known.has(`${name}@${version}`)), ...installed].sort((a, b) =>
        a.name.localeCompare(b.name),
      )
    },

    async sourceOf(name, version, platformId) {
      const piece = await find(name, version, platformId)
      return piece ? sourceOf(piece, version) : { type: 'MISSING' }
    },

    develop(metadata, file) {
      const now = new Date().toISOString()
      const created = developed.get(metadata.name)?.created ?? now
      developed.set(metadata.name, { ...present(metadata), pieceType: 'CUSTOM', created, updated: now, file })
      lists.forgetAll()
    },
  }
}

/** @param version the one that a step is pinned to */
function sourceOf(piece: CataloguedPiece, version: string): PieceSource {
  if (piece.file !== undefined) return { type: 'FILE', path: piece.file }
  if (piece.builtIn) return { type: 'BUILTIN' }
  const exact = piece.metadata.version === version ? {} : { version: piece.metadata.version }
  if (piece.packageType === 'ARCHIVE' && piece.archiveId) return { type: 'ARCHIVE', fileId: piece.archiveId, ...exact }
  return { type: 'REGISTRY', ...exact }
}

function newestByName<T extends { name: string; version: string }>(rows: readonly T[]): Map<string, T> {
  const newest = new Map<string, T>()
  for (const row of rows) {
    const known = newest.get(row.name)
    if (!known || semver.gt(row.version, known.version)) newest.set(row.name, row)
  }
  return newest
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

function entryOf({
  name,
  version,
  pieceType,
  packageType,
  platformId,
}: Omit<RegistryEntry, 'platformId'> & { platformId: string | null }): RegistryEntry {
  return { name, version, pieceType, packageType, ...(platformId === null ? {} : { platformId }) }
}

/** A version that the platform has installed itself replaces the same version that everybody sees. */
function preferOwnOf(platformId: string | null, pieces: readonly CataloguedPiece[]): CataloguedPiece[] {
  const own = new Set(pieces.flatMap((piece) => (piece.platformId === platformId ? piece.metadata.version : [])))
  return pieces.filter((piece) => piece.platformId === platformId || !own.has(piece.metadata.version))
}

/** The built-in piece stands for its own version, unless exactly that one is installed. */
function withOwn(rows: readonly CataloguedPiece[], own: CataloguedPiece | undefined): CataloguedPiece[] {
  return own && !rows.some((row) => row.metadata.version === own.metadata.version) ? [own] : []
}

/** `^` stays below the next major version also where that is 0, which is not what npm means by it. */
function fits(version: string, wanted: string): boolean {
  const least = semver.parse(leastVersion(wanted))
  if (!least || !/^[~^]/.test(wanted)) return version === wanted
  const found = semver.parse(version)
  if (!found || found.compare(least) < 0 || found.major !== least.major) return false
  return wanted.startsWith('^') || found.minor === least.minor
}

function newestFirst(pieces: CataloguedPiece[]): CataloguedPiece[] {
  return pieces.sort((a, b) => semver.rcompare(a.metadata.version, b.metadata.version))
}
