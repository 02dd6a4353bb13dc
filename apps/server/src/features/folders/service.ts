import type { Folder } from '@piecework/api/folders'
import { AppError, notFound } from '@piecework/model/errors'
import type { SeekPage } from '@piecework/model/page'
import type { ProjectActor } from '../../access/actor.ts'
import { type Db, isUniqueViolation } from '../../database/open.ts'
import type { PageRequest } from '../../database/pagination.ts'
import { folderPolicy } from '../../policies/folder.ts'
import { authorize } from '../../policies/policy.ts'
import { deleteFolder, pageFolders, renameFolder, selectFolder, selectProjectOfFolder, upsertFolder } from './store.ts'

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

export function createFolders({ db }: { db: Db }): Folders {
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
      return load(actor.projectId, await upsertFolder(db, actor.projectId, displayName))
    },

    projectOf: (id) => selectProjectOfFolder(db, id),

    async list(actor, request) {
      authorize(actor, folderPolicy.read)
      const page = await pageFolders(db, actor.projectId, request)
      return { ...page, data: page.data.map(present) }
    },

    async rename(actor, id, displayName) {
      authorize(actor, folderPolicy.edit)
      try {
        await renameFolder(db, actor.projectId, id, displayName)
      } catch (error) {
        if (isUniqueViolation(error))
          throw new AppError('VALIDATION', { message: `displayName: there is already a folder named ${displayName}` })
        throw error
      }
      return load(actor.projectId, id)
    },

    async remove(actor, id) {
      authorize(actor, folderPolicy.delete)
      await deleteFolder(db, actor.projectId, id)
    },
  }
}

function present(row: Omit<Folder, 'numberOfFlows'> & { numberOfFlows: number | null }): Folder {
  return { ...row, numberOfFlows: row.numberOfFlows ?? 0 }
}
