import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { client, queries } from '../../api/client.ts'
import { createWith } from '../../api/creating.ts'
import { errorText } from '../../api/error-text.ts'
import { flowNamesQuery } from '../../api/flows.ts'
import { downloadBlob } from '../../app/download.ts'
import { fileName, freeName } from '../../app/names.ts'
import { confirm } from '../../ui/confirm.tsx'
import { notify } from '../../ui/toast.tsx'
import { useBuilder, useBuilderStore } from '../state/provider.tsx'

/** The actions on the open flow as a whole. */
export function useWholeFlow() {
  const { t } = useTranslation('builder')
  const { t: common } = useTranslation()
  const navigate = useNavigate()
  const builder = useBuilderStore()
  const id = useBuilder((state) => state.flow.id)
  const projectId = useBuilder((state) => state.flow.projectId)
  const folderId = useBuilder((state) => state.flow.folderId)
  const name = useBuilder((state) => state.version.displayName)
  const attempt = async (act: () => Promise<void>): Promise<void> => {
    try {
      await act()
    } catch (error) {
      notify({ text: errorText(error, common), kind: 'failed' })
    }
  }
  const stale = (noun: string): void => void queries.invalidateQueries({ queryKey: [noun], refetchType: 'none' })
  return {
    duplicate: () =>
      attempt(async () => {
        await builder.settled()
        const { flows = [] } = await client.flows.template({ params: { id }, query: {} })
        const names = await queries.fetchQuery({ ...flowNamesQuery(projectId), staleTime: 0 })
        const wanted = t('header.copyOf', { name })
        const displayName = freeName(
          wanted,
          names.map((flow) => flow.displayName),
        )
        const copy = await createWith({ ...flows[0], displayName }, { projectId, folderId })
        stale('flows')
        notify({
          text: t('done.duplicated', { name: displayName }),
          action: {
            label: t('menu.open'),
            run: () => void navigate({ to: '/flows/$flowId', params: { flowId: copy.id }, search: {} }),
          },
        })
      }),
    moveTo: (folder: { id: string; displayName: string } | null) =>
      attempt(async () => {
        await builder.send({ type: 'CHANGE_FOLDER', request: { folderId: folder?.id ?? null } })
        stale('flows')
        stale('folders')
        notify({ text: folder ? t('done.moved', { folder: folder.displayName }) : t('done.movedOut') })
      }),
    remove: () =>
      attempt(async () => {
        const texts = { title: t('header.deleteTitle', { name }), text: t('header.deleteText'), danger: true }
        if (!(await confirm({ ...texts, confirm: common('delete'), cancel: common('cancel') }))) return
        await client.flows.remove({ params: { id } })
        stale('flows')
        await navigate({ to: '/automations' })
      }),
    /** Saves the flow as a file that any server of this kind imports. */
    save: () =>
      attempt(async () => {
        const template = await client.flows.template({ params: { id } })
        const content = new Blob([JSON.stringify(template, null, 2)], { type: 'application/json' })
        downloadBlob(`${fileName(name)}.json`, content)
      }),
    /** Saves the flow as a program in TypeScript. */
    saveProgram: () =>
      attempt(async () =>
        downloadBlob(`${fileName(name)}.zip`, await client.flowCode.export({ params: { id }, query: {} })),
      ),
  }
}
