import type { Folder } from '@piecework/api/folders'
import { AppError, notFound } from '@piecework/model/errors'
import type { SeekPage } from '@piecework/model/page'
import type { ProjectActor } from '../../access/actor.ts'
import { type Db, isUniqueViolation } from '../../database/open.ts'
import type { PageRequest } from '../../database/pagination.ts'
import { changesOf } from '../../outbox/changes.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import { folderPolicy } from '../../policies/folder.ts'
import { authorize } from '../../policies/policy.ts'
import { makeFolder } from './make.ts'
import { deleteFolder, pageFolders, renameFolder, selectFolder, selectProjectOfFolder } from './store.ts'

export interface Folders {
  /** A folder whose name differs in case only is the same folder, and takes the new spelling. */
  create(actor: ProjectActor, displayName: string): Promise<Folder>
  /** @throws AppError ENTITY_NOT_FOUND */
  get(actor: ProjectActor, id: string): Promise<Folder>
  list(actor: ProjectActor, page: PageRequest): Promise<SeekPage<Folder>>
  /** @throws AppError VALIDATION when another folder has the name. */
  rename(actor: ProjectActor, id: string, displayName: string): Promise<Folder>
  /** Its flows stay, without a folder. */
  remove(actor: ProjectActor, id: string): Promise<void>
  projectOf(id: string): Promise<string | undefined>
}

export function createFolders({ db, outbox }: { db: Db; outbox: Outbox }): Folders {
  const load = async (projectId: string, id: string): Promise<Folder> => {
    const folder = await selectFolder(db, projectId, id)
    if (!folder) throw notFound('folder', id)
    return present(folder)
  }

  return {
    async get(actor, id) {
      authorize(actor, folderPolicy.read)
      return load(actor.projectId, id)
    },

    async create(actor, displayName) {
      authorize(actor, folderPolicy.create)
      const folder = await outbox.transaction((trx, recordEvent) => makeFolder(trx, recordEvent, actor, displayName))
      return load(actor.projectId, folder.id)
    },

    projectOf: (id) => selectProjectOfFolder(db, id),

    async list(actor, request) {
      authorize(actor, folderPolicy.read)
      const page = await pageFolders(db, actor.projectId, request)
      return { ...page, data: page.data.map(present) }
    },

    async rename(actor, id, displayName) {
      authorize(actor, folderPolicy.edit)
      const { projectId } = actor
      try {
        await outbox.transaction(async (trx, recordEvent) => {
          const before = await selectFolder(trx, projectId, id)
          const folder = await renameFolder(trx, projectId, id, displayName)
          if (before && folder)
            recordEvent(actor, 'folder.updated', {
              folder,
              ...changesOf({ displayName: before.displayName }, { displayName }),
            })
        })
      } catch (error) {
        if (isUniqueViolation(error))
          throw new AppError('VALIDATION', { message: `displayName: there is already a folder named ${displayName}` })
        throw error
      }
      return load(projectId, id)
    },

    async remove(actor, id) {
      authorize(actor, folderPolicy.delete)
      await outbox.transaction(async (trx, recordEvent) => {
        const folder = await deleteFolder(trx, actor.projectId, id)
        if (folder) recordEvent(actor, 'folder.deleted', { folder })
      })
    },
  }
}

function present(row: Omit<Folder, 'numberOfFlows'> & { numberOfFlows: number | null }): Folder {
  return { ...row, numberOfFlows: row.numberOfFlows ?? 0 }
}
