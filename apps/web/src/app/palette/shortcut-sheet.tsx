import { useTranslation } from 'react-i18next'
import { Dialog } from '../../ui/dialog.tsx'
import { Kbd } from '../../ui/kbd.tsx'
import { useActionRegistry } from '../actions.ts'
import { showShortcuts } from './palette-state.ts'

/** Every shortcut that works on this page. */
export default function ShortcutSheet() {
  const { t } = useTranslation()
  const actions = useActionRegistry((state) => state.actions)
  const groups = Map.groupBy(
    [...actions.values()].filter(({ shortcut }) => shortcut !== undefined),
    ({ group }) => group,
  )
  return (
    <Dialog open onClose={() => showShortcuts(false)} title={t('shell.shortcuts')} shape="sheet" width={360}>
      {[...groups].map(([group, members]) => (
        <section key={group}>
          <h3 className="mb-1 text-xs text-ink-3">{group}</h3>
          <ul>
            {members.map(({ id, label, shortcut = '' }) => (
              <li key={id} className="flex h-8 items-center gap-2 text-sm">
                <span className="min-w-0 flex-1 truncate">{label}</span>
                <Kbd keys={shortcut} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </Dialog>
  )
}
