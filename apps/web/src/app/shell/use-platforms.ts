import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Building2 } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { client, queries } from '../../api/client.ts'
import { platformsQuery } from '../../api/platform.ts'
import { signIn, useSession } from '../../api/session.ts'
import type { MenuEntry } from '../../ui/menu.tsx'
import { useAct } from '../use-act.ts'

/** The platforms of the person, to switch between them; nothing for one alone. */
export function usePlatformEntries(): MenuEntry[] {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const current = useSession(({ session }) => session?.platformId)
  const { data: platforms = [] } = useQuery(platformsQuery)
  const act = useAct()
  const known = platforms.flatMap(({ platformName: label, projects: [project] }) =>
    project ? [{ label, id: project.platformId }] : [],
  )
  if (known.length < 2) return []
  const choose = (platformId: string): void =>
    act.mutate({
      send: async () => {
        const answer = await client.authentication.switchPlatform({ body: { platformId } })
        queries.clear()
        signIn(answer)
        await navigate({ to: '/automations' })
      },
    })
  return [
    { heading: t('platforms') },
    ...known.map(({ id, label }) => ({
      ...{ id: `platform.${id}`, label, icon: Building2, checked: id === current },
      run: () => {
        if (id !== current) choose(id)
      },
    })),
    '-',
  ]
}
