import type { Permission } from '@piecework/model/permission'
import { useParams } from '@tanstack/react-router'
import { Bell, KeyRound, Lock, Settings2, ShieldCheck, UserRound, Users, Webhook } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useRole } from '../../api/members.ts'
import { Header } from '../../app/shell/header.tsx'
import { Sections } from '../../app/shell/sections.tsx'
import { StateMessage } from '../../ui/states.tsx'
import { NotFoundPage } from '../not-found/not-found-page.tsx'
import { Alerts } from './alerts.tsx'
import { GeneralSettings } from './general.tsx'
import { ProjectKeys } from './keys.tsx'
import { Members } from './members.tsx'
import { Profile } from './profile.tsx'
import { Security } from './security.tsx'
import { Webhooks } from './webhooks.tsx'

const PAGES = {
  general: GeneralSettings,
  members: Members,
  keys: ProjectKeys,
  webhooks: Webhooks,
  alerts: Alerts,
  profile: Profile,
  security: Security,
} as const
type PageName = keyof typeof PAGES

/** Pages that not every role may see. */
const NEEDS: Partial<Record<PageName, Permission>> = {
  members: 'READ_PROJECT_MEMBER',
  keys: 'WRITE_PROJECT',
  webhooks: 'READ_FLOW',
  alerts: 'READ_ALERT',
}

const isPage = (name: string): name is PageName => name in PAGES

/** Settings of the project, and of the person. */
export default function SettingsPage() {
  const { t } = useTranslation('settings')
  const { t: common } = useTranslation()
  const { may } = useRole()
  const maySee = (name: PageName): boolean => {
    const needs = NEEDS[name]
    return needs === undefined || may(needs)
  }
  const { page = 'general' } = useParams({ from: '/shell/settings/{-$page}' })
  if (!isPage(page)) return <NotFoundPage />
  const Shown = PAGES[page]
  return (
    <>
      <Header title={t('title')} />
      <Sections
        label={t('title')}
        to="/settings/{-$page}"
        current={page}
        sections={[
          { page: 'general', label: t('general.title'), icon: Settings2 },
          { page: 'members', label: t('members.title'), icon: Users },
          { page: 'keys', label: t('keys.title'), icon: KeyRound },
          { page: 'webhooks', label: t('webhooks.title'), icon: Webhook },
          { page: 'alerts', label: t('alerts.title'), icon: Bell },
          { page: 'profile', label: t('profile.title'), icon: UserRound, isApart: true },
          { page: 'security', label: t('security.title'), icon: ShieldCheck },
        ].filter((section) => isPage(section.page) && maySee(section.page))}
      >
        {maySee(page) ? (
          <Shown />
        ) : (
          <StateMessage icon={Lock} title={common('error.forbiddenTitle')} text={common('error.forbidden')} />
        )}
      </Sections>
    </>
  )
}
