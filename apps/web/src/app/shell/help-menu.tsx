import { BookOpen, CircleQuestionMark, Code, Keyboard } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { cx } from '../../ui/cx.ts'
import { Menu } from '../../ui/menu.tsx'
import { showShortcuts } from '../palette/palette-state.ts'
import { NAV_ITEM } from './nav-item.tsx'

const openWindow = (address: string): void => void window.open(address, '_blank', 'noreferrer')

/** Leads to the guides, the reference and the shortcuts. */
export function HelpMenu({ isCollapsed }: { isCollapsed: boolean }) {
  const { t } = useTranslation()
  return (
    <Menu
      trigger={
        <button
          type="button"
          aria-label={isCollapsed ? t('shell.help') : undefined}
          className={cx(NAV_ITEM, isCollapsed && 'w-8 justify-center px-0')}
        >
          <CircleQuestionMark aria-hidden size={16} strokeWidth={1.5} className="text-ink-3" />
          {!isCollapsed && <span className="flex-1 text-left">{t('shell.help')}</span>}
        </button>
      }
      entries={[
        { id: 'guides', label: t('shell.guides'), icon: BookOpen, run: () => openWindow('/docs/guides') },
        { id: 'reference', label: t('shell.reference'), icon: Code, run: () => openWindow('/docs') },
        {
          ...{ id: 'shortcuts', label: t('shell.shortcuts'), icon: Keyboard, shortcut: '?' },
          run: () => showShortcuts(true),
        },
      ]}
    />
  )
}
