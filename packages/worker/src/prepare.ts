import type { PieceLocation, PreparedVersion } from '@piecework/engine/protocol'
import type { FlowVersion } from '@piecework/model/flow/flow'
import { kindOf } from '@piecework/model/flow/kinds/registry'
import { walk } from '@piecework/model/flow/walk'
import { LRUCache } from 'lru-cache'
import type { CodeCompiler } from './code.ts'
import { sharedByKey } from './files.ts'
import type { PieceInstaller } from './pieces.ts'
import type { VersionRef, WorkerSource } from './task.ts'

/** Makes flow versions ready to run: code compiled, pieces on disk. Kept by the version's immutable key. */
export interface Preparer {
  /**
   * @param options projectId: whose version it is; hurried: wait a moment for what has to be installed, and no longer
   * @throws NotReadyError when that takes longer; Error when it cannot be made ready
   */
  prepare(ref: VersionRef, options: PrepareOptions): Promise<PreparedVersion>
  /** Something of what was made ready is not there any more. */
  forget(): void
}

interface PrepareOptions {
  projectId: string
  hurried: boolean
}

const CACHED_VERSIONS = 500

export function createPreparer(parts: { source: WorkerSource; codes: CodeCompiler; pieces: PieceInstaller }): Preparer {
  const cache = new LRUCache<string, PreparedVersion>({ max: CACHED_VERSIONS })
  const load = sharedByKey<FlowVersion>()

  const make = async (ref: VersionRef, options: PrepareOptions): Promise<PreparedVersion> => {
    const version = await load(ref.key, () => parts.source.loadVersion(ref.key))
    const codes: Record<string, string> = {}
    const pieces: Record<string, PieceLocation> = {}
    for (const step of walk(version.trigger)) {
      const kind = kindOf(step)
      const code = kind.code(step)
      if (code) codes[step.name] = await parts.codes.compile(code, options)
      const piece = kind.piece(step)
      if (!piece) continue
      const { pieceName, pieceVersion } = piece
      const key = `${pieceName}@${pieceVersion}`
      const source = ref.pieces[key] ?? { type: 'MISSING' }
      // The step that needs it fails, and says which piece it misses; the others run.
      if (source.type === 'MISSING') continue
      pieces[key] ??= await parts.pieces.install({ name: pieceName, version: pieceVersion, source }, options)
    }
    const prepared: PreparedVersion = { key: ref.key, version, codes, pieces }
    cache.set(ref.key, prepared)
    return prepared
  }

  return {
    async prepare(ref, options) {
      return cache.get(ref.key) ?? make(ref, options)
    },
    forget: () => cache.clear(),
  }
}
