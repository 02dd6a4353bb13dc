import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { platformQuery } from '../../api/platform.ts'
import { useSession } from '../../api/session.ts'
import { useAct } from '../../app/use-act.ts'
import { Switch } from '../../ui/switch.tsx'

/** Whether everybody on the platform needs a second factor to sign in. */
export function SecondFactorRule() {
  const { t } = useTranslation('platform')
  const id = useSession(({ session }) => session?.platformId ?? '')
  const { data: platform } = useQuery(platformQuery(id))
  const act = useAct('platform')
  if (!platform) return null
  const change = (secondFactorRequired: boolean): void =>
    act.mutate({ send: () => client.platforms.update({ params: { id }, body: { secondFactorRequired } }) })
  return (
    <div className="flex items-start gap-3">
      <div className="min-w-0 flex-1">
        <p className="font-medium">{t('people.factorRule')}</p>
        <p className="text-sm text-ink-2">{t('people.factorRuleText')}</p>
      </div>
      <Switch label={t('people.factorRule')} checked={platform.secondFactorRequired} onChange={change} />
    </div>
  )
}
