import { Autocomplete } from '@base-ui/react/autocomplete'
import { Dialog } from '@base-ui/react/dialog'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Search } from 'lucide-react'
import { useDeferredValue, useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { searchQuery } from '../../api/search.ts'
import { useProjectId } from '../../api/session.ts'
import { cx } from '../../ui/cx.ts'
import { Kbd } from '../../ui/kbd.tsx'
import { ITEM } from '../../ui/menu-styles.ts'
import { type Action, useActionRegistry } from '../actions.ts'
import { byFit } from './by-fit.ts'
import { actionsFor } from './found.ts'
import { closePalette } from './palette-state.ts'

/** The server is asked when the person pauses. */
const PAUSE_MS = 150

/** Everything that can be done from here, and everything of the project, by its name. */
export default function Palette() {
  const { t } = useTranslation()
  const actions = useActionRegistry((state) => state.actions)
  const navigate = useNavigate()
  const projectId = useProjectId()
  const [text, setText] = useState('')
  const words = usePaused(text.trim())
  const { data: found, isFetching } = useQuery(searchQuery(projectId, words))
  const shown = useDeferredValue(words === '' ? undefined : found)
  const items = useMemo(() => {
    const known = [...actions.values()].filter(
      ({ refusal, id, label }) =>
        refusal === undefined && id !== 'app.palette' && label.toLowerCase().includes(text.trim().toLowerCase()),
    )
    return shown ? byFit([...known, ...actionsFor(shown, t, (href) => void navigate({ href }))], words) : known
  }, [actions, shown, words, text, t, navigate])
  const isWaiting = isFetching || words !== text.trim()
  const run = (action: Action): void => {
    closePalette()
    action.run()
  }
  return (
    <Dialog.Root open onOpenChange={(open) => (open ? undefined : closePalette())}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-50 bg-scrim" />
        <Dialog.Popup
          aria-label={t('shell.search')}
          className="fixed top-[12vh] left-1/2 z-50 flex max-h-[70vh] w-[calc(100vw-32px)] max-w-140 -translate-x-1/2 flex-col overflow-hidden rounded-lg border border-line-2 bg-float shadow-dialog outline-none"
        >
          <Autocomplete.Root
            inline
            open
            items={items}
            itemToStringValue={(action: Action) => action.label}
            // The server knows what fits: a run is found by its id, which is not its name.
            filter={null}
            value={text}
            onValueChange={setText}
            autoHighlight="always"
            keepHighlight
          >
            <div className="flex h-12 items-center gap-3 border-b border-line-1 px-4">
              <Search aria-hidden size={16} className="text-ink-3" />
              <Autocomplete.Input
                aria-label={t('shell.search')}
                placeholder={t('palette.placeholder')}
                className="h-full flex-1 bg-transparent outline-none"
              />
            </div>
            <Autocomplete.Empty className="px-4 text-sm text-ink-3 not-empty:py-6">
              {isWaiting ? t('palette.searching') : t('nothingFound')}
            </Autocomplete.Empty>
            <Autocomplete.List className="min-h-0 overflow-y-auto p-1 empty:hidden">
              {(action: Action) => (
                <Autocomplete.Item key={action.id} value={action} onClick={() => run(action)} className={cx(ITEM)}>
                  {action.icon && <action.icon aria-hidden size={16} strokeWidth={1.5} className="text-ink-3" />}
                  <span className="min-w-0 flex-1 truncate">{action.label}</span>
                  <span className="text-xs text-ink-3">{action.group}</span>
                  {action.shortcut && <Kbd keys={action.shortcut} />}
                </Autocomplete.Item>
              )}
            </Autocomplete.List>
          </Autocomplete.Root>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

/** The value, once it has not changed for a moment. */
function usePaused(value: string): string {
  const [paused, setPaused] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setPaused(value), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [value])
  return paused
}
