import type { PieceLocation, PreparedVersion } from '@piecework/engine/protocol'
import { walk } from '@piecework/model/flow/walk'
import { LRUCache } from 'lru-cache'
import type { CodeCompiler } from './code.ts'
import { sharedByKey } from './files.ts'
import type { PieceInstaller } from './pieces.ts'
import type { VersionRef, WorkerSource } from './task.ts'

/** Makes flow versions ready to run: code compiled, pieces on disk. Kept by the version's immutable key. */
export interface Preparer {
  prepare(ref: VersionRef): Promise<PreparedVersion>
  /** Something of what was made ready is not there any more. */
  forget(): void
}

const CACHED_VERSIONS = 500

export function createPreparer(parts: { source: WorkerSource; codes: CodeCompiler; pieces: PieceInstaller }): Preparer {
  const cache = new LRUCache<string, PreparedVersion>({ max: CACHED_VERSIONS })
  const once = sharedByKey<PreparedVersion>()

  const make = async (ref: VersionRef): Promise<PreparedVersion> => {
    const version = await parts.source.loadVersion(ref.key)
    const codes: Record<string, string> = {}
    const pieces: Record<string, PieceLocation> = {}
    for (const step of walk(version.trigger)) {
      if (step.type === 'CODE') codes[step.name] = await parts.codes.compile(step.settings.sourceCode)
      if (step.type !== 'PIECE' && step.type !== 'PIECE_TRIGGER') continue
      const { pieceName, pieceVersion } = step.settings
      const key = `${pieceName}@${pieceVersion}`
      const source = ref.pieces[key] ?? { type: 'MISSING' }
      // The step that needs it fails, and says which piece it misses; the others run.
      if (source.type === 'MISSING') continue
      pieces[key] ??= await parts.pieces.install({ name: pieceName, version: pieceVersion, source })
    }
    const prepared: PreparedVersion = { key: ref.key, version, codes, pieces }
    cache.set(ref.key, prepared)
    return prepared
  }

  return {
    async prepare(ref) {
      return cache.get(ref.key) ?? once(ref.key, () => make(ref))
    },
    forget: () => cache.clear(),
  }
}
