import { each } from '@piecework/sdk'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { errorText } from '../../api/error-text.ts'
import type { FlowOverview, FlowOverviewRequest } from '../../api/flows.ts'
import { foldersQuery } from '../../api/folders.ts'
import { projectsQuery } from '../../api/projects.ts'
import { useProjectId } from '../../api/session.ts'
import { notify } from '../../ui/toast.tsx'
import { exportMany } from './exporting.ts'
import type { FlowActs } from './use-flow-acts.ts'

/** As many automations as are exported or chosen at once. */
const MOST = 5000

/** Saves automations as files. */
export function useExport(acts: FlowActs) {
  const { t } = useTranslation('automations')
  const { t: common } = useTranslation()
  const projectId = useProjectId()
  const { data: folders = [] } = useQuery(foldersQuery(projectId))
  const { data: projects = [] } = useQuery(projectsQuery)

  const overviews = async (query: FlowOverviewRequest): Promise<FlowOverview[]> => {
    const flows: FlowOverview[] = []
    for await (const flow of each(client.flows.overview, { query: { ...query, limit: 100 } })) {
      flows.push(flow)
      if (flows.length >= MOST) break
    }
    return flows
  }
  const save = async (flows: readonly FlowOverview[], name: string): Promise<void> => {
    try {
      notify({ text: t('exported', { count: await exportMany(flows, folders, name) }) })
    } catch (error) {
      notify({ kind: 'failed', text: t('exportFailedMany'), detail: errorText(error, common) })
    }
  }
  return {
    overviews,
    some: async (flows: readonly FlowOverview[]): Promise<void> => {
      if (flows.length === 1 && flows[0]) await acts.save(flows[0])
      else await save(flows, t('title'))
    },
    /** Everything of the project. */
    all: async (): Promise<void> => {
      const name = projects.find(({ id }) => id === projectId)?.displayName ?? t('title')
      await save(await overviews({ projectId, sort: 'name' }), name)
    },
  }
}
