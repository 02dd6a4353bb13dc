import { Outlet, useMatches, useNavigate } from '@tanstack/react-router'
import { Keyboard, PanelLeft, Search } from 'lucide-react'
import { lazy, Suspense, useEffect, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useRole } from '../../api/members.ts'
import { keepSession } from '../../api/sessions.ts'
import { ConfirmHost } from '../../ui/confirm.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { notify, ToastHost } from '../../ui/toast.tsx'
import { TipProvider } from '../../ui/tooltip.tsx'
import { useActions } from '../actions.ts'
import { openPalette, showShortcuts, usePalette } from '../palette/palette-state.ts'
import { takeUpdate } from '../update.ts'
import { Allowed } from './allowed.tsx'
import { ExpiredSession } from './expired-session.tsx'
import { Sidebar } from './sidebar.tsx'
import { openSidebar, toggleSidebar, useSidebar } from './sidebar-state.ts'

/** The pages that the command palette leads to, with the permission that they need. */
const PAGES = [
  { page: 'automations', needs: 'READ_FLOW' },
  { page: 'runs', needs: 'READ_RUN' },
  { page: 'connections', needs: 'READ_APP_CONNECTION' },
  { page: 'pieces', needs: undefined },
] as const

const Palette = lazy(() => import('../palette/palette.tsx'))
const ShortcutSheet = lazy(() => import('../palette/shortcut-sheet.tsx'))

/** The frame around every page of a signed-in person. */
export function Shell() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { isCollapsed, isOpen } = useSidebar()
  const { isOpen: isPaletteOpen, isSheetOpen } = usePalette()
  // Pages that need the room (the builder) say so.
  const wantsRoom = useMatches({ select: (matches) => matches.some(({ staticData }) => staticData.wantsRoom) })
  const pages = t('shell.pages')
  const { may } = useRole()
  const hidden = PAGES.filter(({ needs }) => needs !== undefined && !may(needs)).map(({ page }) => page)
  // One text, because a list is another one each time.
  const without = hidden.join(' ')
  useEffect(() => {
    if (takeUpdate()) notify({ text: t('updated') })
  }, [t])
  useEffect(keepSession, [])
  useActions(
    useMemo(
      () => [
        {
          id: 'app.palette',
          label: t('shell.search'),
          group: pages,
          icon: Search,
          shortcut: 'mod+k',
          whileTyping: true,
          run: openPalette,
        },
        {
          id: 'app.shortcuts',
          label: t('shell.shortcuts'),
          group: pages,
          icon: Keyboard,
          shortcut: '?',
          run: () => showShortcuts(true),
        },
        {
          id: 'app.sidebar',
          label: t('shell.toggleSidebar'),
          group: pages,
          icon: PanelLeft,
          shortcut: 'mod+b',
          run: toggleSidebar,
        },
        ...PAGES.filter(({ page }) => !without.split(' ').includes(page)).map(({ page }) => ({
          id: `app.${page}`,
          label: t('shell.goTo', { page: t(`nav.${page}`) }),
          group: pages,
          run: () => void navigate({ to: `/${page}` }),
        })),
      ],
      [t, pages, navigate, without],
    ),
  )
  return (
    <TipProvider>
      <div className="flex h-dvh overflow-hidden">
        <a
          href="#main"
          className="absolute top-2 left-2 z-60 -translate-y-20 rounded-md bg-accent px-3 py-1.5 text-on-accent focus:translate-y-0"
        >
          {t('shell.skip')}
        </a>
        <div className="flex max-sm:hidden">
          <Sidebar isCollapsed={isCollapsed || wantsRoom} />
        </div>
        <Dialog open={isOpen} onClose={() => openSidebar(false)} title={t('shell.pages')} shape="sheet" width={300}>
          <Sidebar isCollapsed={false} />
        </Dialog>
        <main id="main" tabIndex={-1} className="flex min-w-0 flex-1 flex-col outline-none">
          <Allowed>
            <Outlet />
          </Allowed>
        </main>
        <Suspense>
          {isPaletteOpen && <Palette />}
          {isSheetOpen && <ShortcutSheet />}
        </Suspense>
        <ExpiredSession />
      </div>
      <ConfirmHost />
      <ToastHost closeLabel={t('close')} />
    </TipProvider>
  )
}
