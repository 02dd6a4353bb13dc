import type { LucideIcon } from 'lucide-react'
import { useEffect } from 'react'
import { create } from 'zustand'

/** Something a person can do here. Menus, the command palette, shortcuts and their sheet are made of these. */
export interface Action {
  /** `builder.undo`: its place and its verb. */
  id: string
  label: string
  /** The heading under which it is listed. */
  group: string
  icon?: LucideIcon
  /** As `mod+shift+z`; `mod` is Command on a Mac and Ctrl elsewhere. */
  shortcut?: string
  /** Why it cannot be done now. */
  refusal?: string | undefined
  /** Works while somebody types in a field, too. */
  whileTyping?: boolean
  run(): void
}

interface Registry {
  actions: ReadonlyMap<string, Action>
}

export const useActionRegistry = create<Registry>(() => ({ actions: new Map() }))

/** Offers actions while the component shows. Those of an inner component win over the same id further out. */
export function useActions(actions: readonly Action[]): void {
  useEffect(() => {
    const before = useActionRegistry.getState().actions
    useActionRegistry.setState({
      actions: new Map([...before, ...actions.map((action) => [action.id, action] as const)]),
    })
    return () => {
      const now = new Map(useActionRegistry.getState().actions)
      for (const action of actions) if (now.get(action.id) === action) now.delete(action.id)
      useActionRegistry.setState({ actions: now })
    }
  }, [actions])
}

const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent)

/** The key that was pressed, in the way in which shortcuts are written. */
export function keysOf(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key.toLowerCase().replace('arrow', '')
  // Signs that need Shift on the keyboard, such as `?`, are written without it.
  const isSign = event.key.length === 1 && !/[a-z0-9 ]/i.test(event.key)
  return [
    (isMac ? event.metaKey : event.ctrlKey) && 'mod',
    event.altKey && 'alt',
    event.shiftKey && !isSign && 'shift',
    key === ' ' ? 'space' : key,
  ]
    .filter(Boolean)
    .join('+')
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
}

/** Runs actions by their shortcuts. Starts once. */
export function startShortcuts(): void {
  addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing) return
    const keys = keysOf(event)
    const action = [...useActionRegistry.getState().actions.values()].findLast(({ shortcut }) => shortcut === keys)
    if (!action || action.refusal !== undefined || (isTyping(event.target) && !action.whileTyping)) return
    event.preventDefault()
    action.run()
  })
}
