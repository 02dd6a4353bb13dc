import { useParams } from '@tanstack/react-router'
import {
  Activity,
  Cpu,
  FolderKanban,
  History,
  KeyRound,
  LockKeyhole,
  LogIn,
  Palette,
  RadioTower,
  Send,
  Signature,
  UserCog,
  Users,
  Vault,
} from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useSession } from '../../api/session.ts'
import { Header } from '../../app/shell/header.tsx'
import { Sections } from '../../app/shell/sections.tsx'
import { StateMessage } from '../../ui/states.tsx'
import { NotFoundPage } from '../not-found/not-found-page.tsx'
import { ApiKeys } from './api-keys.tsx'
import { Audit } from './audit.tsx'
import { Branding } from './branding/branding.tsx'
import { EventDestinations } from './event-destinations.tsx'
import { Health } from './health.tsx'
import { OAuthApps } from './oauth-apps.tsx'
import { People } from './people.tsx'
import { Projects } from './projects.tsx'
import { Roles } from './roles.tsx'
import { SecretManagers } from './secret-managers.tsx'
import { SignOn } from './sign-on/sign-on.tsx'
import { SigningKeys } from './signing-keys.tsx'
import { Triggers } from './triggers.tsx'
import { Workers } from './workers.tsx'

const PAGES = {
  people: { icon: Users, show: People },
  projects: { icon: FolderKanban, show: Projects },
  roles: { icon: UserCog, show: Roles },
  branding: { icon: Palette, show: Branding },
  'single-sign-on': { icon: LogIn, show: SignOn },
  'api-keys': { icon: KeyRound, show: ApiKeys },
  'signing-keys': { icon: Signature, show: SigningKeys },
  'secret-managers': { icon: Vault, show: SecretManagers },
  events: { icon: Send, show: EventDestinations },
  'oauth-apps': { icon: LockKeyhole, show: OAuthApps },
  workers: { icon: Cpu, show: Workers },
  triggers: { icon: RadioTower, show: Triggers },
  health: { icon: Activity, show: Health },
  audit: { icon: History, show: Audit },
} as const
type PageName = keyof typeof PAGES
const isName = (name: string): name is PageName => Object.hasOwn(PAGES, name)
const NAMES = Object.keys(PAGES).filter(isName)

/** The page for the administrators of the platform. */
export default function PlatformPage() {
  const { t } = useTranslation('platform')
  const isAdmin = useSession((state) => state.session?.isAdmin ?? false)
  const { page = 'people' } = useParams({ from: '/shell/platform/{-$page}' })
  if (!isName(page)) return <NotFoundPage />
  const Shown = PAGES[page].show
  return (
    <>
      <Header crumbs={[]} title={t('title')} />
      {isAdmin ? (
        <Sections
          label={t('title')}
          to="/platform/{-$page}"
          current={page}
          sections={NAMES.map((name) => ({ page: name, label: t(`${name}.title`), icon: PAGES[name].icon }))}
        >
          <Shown />
        </Sections>
      ) : (
        <StateMessage icon={LockKeyhole} title={t('forbidden')} text={t('forbiddenText')} />
      )}
    </>
  )
}
