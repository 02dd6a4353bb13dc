import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { createWith } from '../../api/creating.ts'
import { errorText } from '../../api/error-text.ts'
import type { FlowOverview } from '../../api/flows.ts'
import { flowNamesQuery } from '../../api/flows.ts'
import type { Folder } from '../../api/folders.ts'
import { useProjectId } from '../../api/session.ts'
import { freeName } from '../../app/names.ts'
import { notify } from '../../ui/toast.tsx'
import type { Acting, FlowRef } from './acting.ts'
import { addressOf } from './address.ts'
import { deletingActs } from './deleting.ts'
import { exportOne, exportProgram } from './exporting.ts'
import { inTurn } from './in-turn.ts'
import { switchingActs } from './switching.ts'

export type FlowActs = ReturnType<typeof useFlowActs>

const moveTo = (id: string, folderId: string | null) =>
  client.flows.operate({ params: { id }, body: { type: 'CHANGE_FOLDER', request: { folderId } } })

/** The actions on automations and folders in their list. */
export function useFlowActs() {
  const { t } = useTranslation('automations')
  const { t: common } = useTranslation()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const projectId = useProjectId()
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set())

  return useMemo(() => {
    const refresh = async (): Promise<void> => {
      await Promise.all([
        queries.invalidateQueries({ queryKey: ['flows'] }),
        queries.invalidateQueries({ queryKey: ['folders'] }),
      ])
    }
    const failed = (text: string, error: unknown): void => {
      notify({ kind: 'failed', text, detail: errorText(error, common) })
    }
    const open = (flowId: string): void => void navigate({ to: '/flows/$flowId', params: { flowId } })
    const names = async (): Promise<string[]> =>
      (await queries.fetchQuery({ ...flowNamesQuery(projectId), staleTime: 0 })).map(({ displayName }) => displayName)
    const during = async (ids: readonly string[], act: () => Promise<void>): Promise<void> => {
      setBusy((now) => new Set([...now, ...ids]))
      try {
        await act()
      } finally {
        setBusy((now) => new Set([...now].filter((id) => !ids.includes(id))))
      }
    }

    const acting: Acting = { t, common, refresh, failed, open, during }

    const move = async (flows: readonly FlowRef[], folder: Folder | null): Promise<void> => {
      const moved = flows.filter(({ folderId }) => folderId !== (folder?.id ?? null))
      if (moved.length === 0) return
      const failures = await inTurn(moved, ({ id }) => moveTo(id, folder?.id ?? null))
      await refresh()
      if (failures[0]) return failed(t('moveFailed', { count: failures.length }), failures[0].error)
      notify({
        text: folder
          ? t('moved', { count: moved.length, folder: folder.displayName })
          : t('movedOut', { count: moved.length }),
        action: {
          label: t('undo'),
          run: async () => {
            await inTurn(moved, ({ id, folderId }) => moveTo(id, folderId))
            await refresh()
          },
        },
      })
    }

    return {
      refresh,
      open,
      move,
      names,
      ...switchingActs(acting),
      ...deletingActs(acting),
      create: async (folderId?: string): Promise<void> => {
        try {
          const displayName = freeName(t('untitled'), await names())
          const { id } = await client.flows.create({ body: { displayName, projectId, folderId: folderId ?? null } })
          void refresh()
          open(id)
        } catch (error) {
          failed(t('createFailed'), error)
        }
      },
      duplicate: (flow: FlowOverview) =>
        during([flow.id], async () => {
          try {
            const { flows = [] } = await client.flows.template({ params: { id: flow.id }, query: {} })
            const displayName = freeName(t('copyOf', { name: flow.displayName }), await names())
            const copy = await createWith({ ...flows[0], displayName }, { projectId, folderId: flow.folderId })
            await refresh()
            notify({
              text: t('duplicated', { name: displayName }),
              action: { label: t('open'), run: () => open(copy.id) },
            })
          } catch (error) {
            failed(t('duplicateFailed', { name: flow.displayName }), error)
          }
        }),
      save: (flow: FlowRef) =>
        during([flow.id], () =>
          exportOne(flow).catch((error: unknown) => failed(t('exportFailed', { name: flow.displayName }), error)),
        ),
      saveProgram: (flow: FlowRef) =>
        during([flow.id], () =>
          exportProgram(flow).catch((error: unknown) => failed(t('exportFailed', { name: flow.displayName }), error)),
        ),
      copyAddress: async (flow: FlowOverview): Promise<void> => {
        const address = addressOf(flow, location.origin)
        try {
          await navigator.clipboard.writeText(address)
          notify({ text: t('addressCopied'), detail: address })
        } catch {
          notify({ kind: 'failed', text: t('addressNotCopied'), detail: address })
        }
      },
      isBusy: (id: string) => busy.has(id),
    }
  }, [t, common, queries, navigate, projectId, busy])
}
