import type { KeyScope, ProjectKey } from '@piecework/api/project-keys'
import { AppError, notFound } from '@piecework/model/errors'
import { newId } from '@piecework/model/ids'
import { PROJECT_KEY_PREFIX } from '../../access/access.ts'
import type { ProjectActor } from '../../access/actor.ts'
import { makeSecretKey } from '../../access/secret-key.ts'
import type { Db } from '../../database/open.ts'
import type { Events } from '../../events/events.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import { authorize } from '../../policies/policy.ts'
import { projectKeyPolicy } from '../../policies/project-key.ts'
import { deleteProjectKey, insertProjectKey, selectProjectKeys, selectProjectOfKey } from './store.ts'

/** Keys of one project, with which programs use the graph API. */
export type ProjectKeys = ReturnType<typeof createProjectKeys>

/** The most keys of a project: a list without pages shows them. */
const MAX_KEYS = 100

interface Parts {
  db: Db
  events: Pick<Events, 'emit'>
  outbox: Outbox
}

export function createProjectKeys({ db, events, outbox }: Parts) {
  return {
    projectOf: (id: string) => selectProjectOfKey(db, id),

    /** @returns the key with its value, which is never shown again. @throws AppError VALIDATION */
    async create(
      actor: ProjectActor,
      { displayName, scopes }: { displayName: string; scopes: readonly KeyScope[] },
    ): Promise<ProjectKey & { value: string }> {
      authorize(actor, projectKeyPolicy.create)
      const { value, stored } = makeSecretKey(PROJECT_KEY_PREFIX)
      const row = await outbox.transaction(async (trx, recordEvent) => {
        const row = { id: newId(), projectId: actor.projectId, displayName, scopes: [...new Set(scopes)], ...stored }
        const apiKey = await insertProjectKey(trx, row, MAX_KEYS)
        if (!apiKey)
          throw new AppError('VALIDATION', {
            message: `the project has ${MAX_KEYS} keys already, which is the most: delete one first`,
          })
        recordEvent(actor, 'api.key.created', { apiKey })
        return apiKey
      })
      return { ...row, value }
    },

    async list(actor: ProjectActor): Promise<ProjectKey[]> {
      authorize(actor, projectKeyPolicy.read)
      return selectProjectKeys(db, actor.projectId)
    },

    /** No app takes the key any more. @throws AppError ENTITY_NOT_FOUND */
    async remove(actor: ProjectActor, id: string): Promise<void> {
      authorize(actor, projectKeyPolicy.delete)
      await outbox.transaction(async (trx, recordEvent) => {
        const apiKey = await deleteProjectKey(trx, actor.projectId, id)
        if (!apiKey) throw notFound('project_key', id)
        recordEvent(actor, 'api.key.deleted', { apiKey })
      })
      await events.emit('ACCESS_CHANGED', { of: 'API_KEY', id })
    },
  }
}
