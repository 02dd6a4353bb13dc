import { useNavigate } from '@tanstack/react-router'
import { LogOut, MonitorCog, Moon, Sun, UserRound } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useSession } from '../../api/session.ts'
import { leave } from '../../api/sessions.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { cx } from '../../ui/cx.ts'
import { Menu } from '../../ui/menu.tsx'
import { chooseTheme, useTheme } from '../theme.ts'
import { NAV_ITEM } from './nav-item.tsx'
import { usePlatformEntries } from './use-platforms.ts'

/** The person, with what is theirs alone: profile, theme, the way out. */
export function AccountMenu({ isCollapsed }: { isCollapsed: boolean }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const session = useSession((state) => state.session)
  const platforms = usePlatformEntries()
  const theme = useTheme((state) => state.theme)
  const name = `${session?.firstName ?? ''} ${session?.lastName ?? ''}`.trim() || (session?.email ?? '')
  return (
    <Menu
      trigger={
        <button type="button" className={cx(NAV_ITEM, isCollapsed && 'w-8 justify-center px-0')}>
          <Avatar name={name} />
          {!isCollapsed && <span className="min-w-0 flex-1 truncate text-left">{name}</span>}
        </button>
      }
      entries={[
        {
          id: 'profile',
          label: t('shell.profile'),
          icon: UserRound,
          run: () => navigate({ to: '/settings/{-$page}', params: { page: 'profile' } }),
        },
        '-',
        ...platforms,
        { heading: t('theme.title') },
        {
          id: 'light',
          label: t('theme.light'),
          icon: Sun,
          checked: theme === 'light',
          run: () => chooseTheme('light'),
        },
        { id: 'dark', label: t('theme.dark'), icon: Moon, checked: theme === 'dark', run: () => chooseTheme('dark') },
        {
          id: 'system',
          label: t('theme.system'),
          icon: MonitorCog,
          checked: theme === 'system',
          run: () => chooseTheme('system'),
        },
        '-',
        {
          id: 'sign-out',
          label: t('shell.signOut'),
          icon: LogOut,
          run: () => void leave(),
        },
      ]}
    />
  )
}
