import { ContextMenu as BaseContext } from '@base-ui/react/context-menu'
import { Menu as Base } from '@base-ui/react/menu'
import { Check, ChevronRight, type LucideIcon } from 'lucide-react'
import type { ReactElement } from 'react'
import { cx } from './cx.ts'
import { Kbd } from './kbd.tsx'
import { FLOAT, ITEM } from './menu-styles.ts'

export interface MenuAction {
  id: string
  label: string
  icon?: LucideIcon
  shortcut?: string | undefined
  danger?: boolean
  checked?: boolean
  /** Why it cannot be done now; it stays visible and says so. */
  refusal?: string | undefined
  run(): void
}

export interface Submenu {
  id: string
  label: string
  icon?: LucideIcon
  items: readonly MenuEntry[]
}

/** `'-'` is a line between groups; `{ heading }` names the group below it. */
export type MenuEntry = MenuAction | Submenu | { heading: string } | '-'

function Entry({ entry }: { entry: MenuEntry }) {
  if (entry === '-') return <Base.Separator className="-mx-1 my-1 h-px bg-line-1" />
  if ('heading' in entry)
    return (
      <div role="presentation" className="px-2 pt-2 pb-1 text-xs text-ink-3">
        {entry.heading}
      </div>
    )
  const Icon = entry.icon
  const icon = Icon && <Icon aria-hidden size={16} strokeWidth={1.5} className="shrink-0 text-ink-3" />
  if ('items' in entry)
    return (
      <Base.SubmenuRoot>
        <Base.SubmenuTrigger className={cx(ITEM, 'data-popup-open:bg-hover')}>
          {icon}
          <span className="min-w-0 flex-1 truncate">{entry.label}</span>
          <ChevronRight aria-hidden size={14} className="text-ink-3" />
        </Base.SubmenuTrigger>
        <MenuPopup entries={entry.items} isInner />
      </Base.SubmenuRoot>
    )
  return (
    <Base.Item
      disabled={entry.refusal !== undefined}
      onClick={entry.run}
      title={entry.refusal}
      className={cx(ITEM, entry.danger && entry.refusal === undefined && 'text-failed-fg [&_svg]:text-failed-fg')}
    >
      {icon}
      <span className="min-w-0 flex-1 truncate">
        {entry.label}
        {entry.refusal !== undefined && <span className="sr-only">, {entry.refusal}</span>}
      </span>
      {entry.checked && <Check aria-hidden size={14} className="text-accent-text" />}
      {entry.shortcut && <Kbd keys={entry.shortcut} />}
    </Base.Item>
  )
}

/** The focus goes back to the button, unless an act has put it into a field, such as one for a new name. */
const backUnlessTyping = (): boolean => !document.activeElement?.matches('input, textarea')

/** A function makes them when the menu opens: that suits a page with many menus. */
type Entries = readonly MenuEntry[] | (() => readonly MenuEntry[])

const EntryList = ({ entries }: { entries: Entries }) =>
  (typeof entries === 'function' ? entries() : entries).map((entry, index) => (
    <Entry key={typeof entry === 'object' && 'id' in entry ? entry.id : index} entry={entry} />
  ))

interface MenuPopupProps {
  entries: Entries
  /** It is the menu of an entry of another menu. */
  isInner?: boolean
}

function MenuPopup({ entries, isInner = false }: MenuPopupProps) {
  return (
    <Base.Portal>
      <Base.Positioner sideOffset={4} align="start" className="z-50 outline-none">
        <Base.Popup
          finalFocus={isInner ? undefined : backUnlessTyping}
          className={cx(FLOAT, 'max-h-(--available-height) min-w-50 max-w-80 overflow-y-auto p-1')}
        >
          <EntryList entries={entries} />
        </Base.Popup>
      </Base.Positioner>
    </Base.Portal>
  )
}

interface MenuProps {
  /** The button that opens it. */
  trigger: ReactElement
  entries: Entries
}

/** A menu of acts under a button. */
export const Menu = ({ trigger, entries }: MenuProps) => (
  <Base.Root modal={false}>
    <Base.Trigger render={trigger} />
    <MenuPopup entries={entries} />
  </Base.Root>
)

/** The same entries, on a right click or a long press of its child. */
export const ContextMenu = ({ trigger, entries }: MenuProps) => (
  <BaseContext.Root>
    <BaseContext.Trigger render={trigger} />
    <MenuPopup entries={entries} />
  </BaseContext.Root>
)
