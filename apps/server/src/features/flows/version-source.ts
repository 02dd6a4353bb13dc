import { notFound } from '@piecework/model/errors'
import type { FlowVersion } from '@piecework/model/flow/flow'
import { kindOf } from '@piecework/model/flow/kinds/registry'
import { walk } from '@piecework/model/flow/walk'
import type { PieceSource, VersionRef } from '@piecework/worker/task'
import { LRUCache } from 'lru-cache'
import { createCache } from '../../cache.ts'
import type { Db } from '../../database/open.ts'
import { selectVersionToRun } from './store.ts'

/** Flow versions as runs need them: by an immutable key, with the source of each piece decided. */
export interface VersionSource {
  /** @throws AppError ENTITY_NOT_FOUND */
  get(flowVersionId: string): Promise<LoadedVersion>
  /** By the key of an earlier LoadedVersion; for workers that ask for the content. */
  byKey(key: string): Promise<FlowVersion>
  /** Piece sources may have changed: the next load looks at installed versions again. */
  clear(): void
}

export interface LoadedVersion {
  ref: VersionRef
  version: FlowVersion
}

const CACHED_VERSIONS = 2000

/** @param sourceOf decides between the built-in piece and an installed package. */
export function createVersionSource(
  db: Db,
  sourceOf: (pieceName: string, pieceVersion: string, platformId: string) => Promise<PieceSource>,
): VersionSource {
  const locked = createCache<LoadedVersion>({
    max: CACHED_VERSIONS,
    // Locked versions never change, so their id is enough; drafts may have changed since another began to load them.
    keeps: ({ version }) => version.state === 'LOCKED',
    sharesLoads: false,
  })
  const keyed = new LRUCache<string, FlowVersion>({ max: CACHED_VERSIONS })

  const load = async (flowVersionId: string): Promise<LoadedVersion> => {
    const row = await selectVersionToRun(db, flowVersionId)
    if (!row) throw notFound('flow_version', flowVersionId)
    const { platformId, ...version } = row
    const pieces: Record<string, PieceSource> = {}
    for (const step of walk(version.trigger)) {
      const piece = kindOf(step).piece(step)
      if (!piece) continue
      const { pieceName, pieceVersion } = piece
      pieces[`${pieceName}@${pieceVersion}`] ??= await sourceOf(pieceName, pieceVersion, platformId)
    }
    const loaded = { ref: { key: keyOf(version, pieces), pieces }, version }
    keyed.set(loaded.ref.key, version)
    return loaded
  }

  return {
    get: (flowVersionId) => locked.get(flowVersionId, () => load(flowVersionId)),
    async byKey(key) {
      const known = keyed.get(key)
      if (known) return known
      const [flowVersionId = ''] = key.split(':')
      const loaded = await load(flowVersionId)
      if (loaded.ref.key !== key) throw notFound('flow_version', key)
      return loaded.version
    },
    clear: locked.forgetAll,
  }
}

/** Names the content of the version and where its pieces come from. */
function keyOf(version: FlowVersion, pieces: Record<string, PieceSource>): string {
  const packages = Object.entries(pieces)
    .filter(([, source]) => source.type !== 'BUILTIN')
    .map(([name, { type, ...place }]) => [name, type, ...Object.values(place)].join('='))
  return [version.id, version.state === 'LOCKED' ? 'locked' : version.updated, ...packages.sort()].join(':')
}
