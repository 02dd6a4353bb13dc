import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { type Project, projectsQuery } from '../../api/projects.ts'
import { selectProject, useProjectId } from '../../api/session.ts'
import { askToDelete } from '../../app/ask-to-delete.ts'
import { switchProject } from '../../app/switch-project.ts'
import { useAct } from '../../app/use-act.ts'

/** The acts of an administrator on a project. */
export function useProjectActs(): { open(id: string): void; remove(project: Project): Promise<void> } {
  const { t } = useTranslation('platform')
  const navigate = useNavigate()
  const current = useProjectId()
  const { data: projects = [] } = useQuery(projectsQuery)
  const act = useAct('projects')
  return {
    open(id) {
      switchProject(id)
      void navigate({ to: '/automations' })
    },
    async remove({ id, displayName: name, analytics: { totalFlows: count } }) {
      const agrees = await askToDelete(t('projects.deleteTitle', { name }), t('projects.deleteText', { count }))
      if (!agrees) return
      act.mutate({
        send: async () => {
          await client.projects.remove({ params: { id } })
          // The pages stay in a project that there is.
          const next =
            projects.find((one) => one.id !== id && one.type === 'PERSONAL') ?? projects.find((one) => one.id !== id)
          if (id === current && next) selectProject(next.id)
        },
        done: t('projects.deleted', { name }),
      })
    },
  }
}
