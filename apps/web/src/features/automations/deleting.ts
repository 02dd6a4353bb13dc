import { ApiError } from '@piecework/sdk'
import { client } from '../../api/client.ts'
import type { Folder } from '../../api/folders.ts'
import { askToDelete } from '../../app/ask-to-delete.ts'
import { notify } from '../../ui/toast.tsx'
import type { Acting, FlowRef } from './acting.ts'
import { inTurn } from './in-turn.ts'

/** Deletes automations and folders, after a question. */
export function deletingActs({ t, refresh, failed }: Acting) {
  return {
    remove: async (flows: readonly FlowRef[]): Promise<boolean> => {
      const count = flows.length
      const name = flows[0]?.displayName ?? ''
      const agreed = await askToDelete(
        count === 1 ? t('delete.title', { name }) : t('delete.titleMany', { count }),
        count === 1 ? t('delete.text') : t('delete.textMany'),
      )
      if (!agreed) return false
      const failures = await inTurn(flows, async ({ id }) => {
        try {
          await client.flows.remove({ params: { id } })
        } catch (error) {
          // Somebody else was faster.
          if (!(error instanceof ApiError && error.status === 404)) throw error
        }
      })
      await refresh()
      if (failures[0]) failed(t('deleteFailed', { count: failures.length }), failures[0].error)
      else notify({ text: count === 1 ? t('deleted', { name }) : t('deletedMany', { count }) })
      return true
    },
    removeFolder: async (folder: Folder): Promise<void> => {
      const { displayName: name, numberOfFlows: count } = folder
      const agreed = await askToDelete(
        t('deleteFolder.title', { name }),
        count === 0 ? t('deleteFolder.empty') : t('deleteFolder.text', { count }),
      )
      if (!agreed) return
      try {
        await client.folders.remove({ params: { id: folder.id } })
        notify({ text: t('folderDeleted', { name }) })
      } catch (error) {
        failed(t('folderDeleteFailed', { name }), error)
      }
      await refresh()
    },
  }
}
