import { notFound } from '@piecework/model/errors'
import type { ProjectActor } from '../../access/actor.ts'
import { enginePolicy } from '../../policies/engine.ts'
import { authorize } from '../../policies/policy.ts'
import type { Files, StoredFile } from '../files/service.ts'

/** Files that the engine reads while it runs a job of their project. */
export interface EngineFiles {
  /** @throws AppError ENTITY_NOT_FOUND */
  read(actor: ProjectActor, id: string): Promise<StoredFile>
}

export function createEngineFiles({ files }: { files: Files }): EngineFiles {
  return {
    async read(actor, id) {
      authorize(actor, enginePolicy.readFile)
      const file = await files.read({ projectId: actor.projectId }, id)
      if (!file) throw notFound('file', id)
      return file
    },
  }
}
