import type { Folder } from '@piecework/api/folders'
import { AppError, notFound } from '@piecework/model/errors'
import type { SeekPage } from '@piecework/model/page'
import { type Db, isUniqueViolation } from '../../database/open.ts'
import type { PageRequest } from '../../database/pagination.ts'
import { deleteFolder, pageFolders, renameFolder, selectFolder, selectProjectOfFolder, upsertFolder } from './store.ts'

export interface Folders {
  /** A folder whose name differs in case only is the same folder, and takes the new spelling. */
  create(projectId: string, displayName: string): Promise<Folder>
  /** @throws AppError ENTITY_NOT_FOUND */
  get(projectId: string, id: string): Promise<Folder>
  list(projectId: string, page: PageRequest): Promise<SeekPage<Folder>>
  /** @throws AppError VALIDATION when another folder has the name. */
  rename(projectId: string, id: string, displayName: string): Promise<Folder>
  /** Its flows stay, without a folder. */
  remove(projectId: string, id: string): Promise<void>
  projectOf(id: string): Promise<string | undefined>
}

export function createFolders({ db }: { db: Db }): Folders {
  const get = async (projectId: string, id: string): Promise<Folder> => {
    const folder = await selectFolder(db, projectId, id)
    if (!folder) throw notFound('folder', id)
    return present(folder)
  }

  return {
    get,
    create: async (projectId, displayName) => get(projectId, await upsertFolder(db, projectId, displayName)),
    projectOf: (id) => selectProjectOfFolder(db, id),

    async list(projectId, request) {
      const page = await pageFolders(db, projectId, request)
      return { ...page, data: page.data.map(present) }
    },

    async rename(projectId, id, displayName) {
      try {
        await renameFolder(db, projectId, id, displayName)
      } catch (error) {
        if (isUniqueViolation(error))
          throw new AppError('VALIDATION', { message: `displayName: there is already a folder named ${displayName}` })
        throw error
      }
      return get(projectId, id)
    },

    async remove(projectId, id) {
      await deleteFolder(db, projectId, id)
    },
  }
}

function present(row: Omit<Folder, 'numberOfFlows'> & { numberOfFlows: number | null }): Folder {
  return { ...row, numberOfFlows: row.numberOfFlows ?? 0 }
}
