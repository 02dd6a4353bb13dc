import { type FocusEvent, type RefObject, useEffect, useRef } from 'react'
import { focusSoon } from './focus-soon.ts'
import type { Layout } from './layout.ts'

/**
 * When the step that had the focus is gone (deleted, undone, removed by somebody else), the step before it gets the
 * focus, so that the keys go on from there. @returns what hears of the focus on the canvas
 */
export function useKeptFocus(place: RefObject<HTMLDivElement | null>, layout: Layout) {
  const held = useRef<string | undefined>(undefined)
  const shown = useRef<readonly string[]>([])
  useEffect(() => {
    const before = shown.current
    const names = layout.cards.map(({ name }) => name)
    shown.current = names
    const name = held.current
    if (name === undefined || names.includes(name)) return
    const left = new Set(names)
    const next = before.slice(0, Math.max(0, before.indexOf(name))).findLast((other) => left.has(other))
    held.current = next
    if (next !== undefined && !isElsewhere(name)) focusSoon(place.current, next)
  }, [layout, place])
  return ({ target }: FocusEvent): void => {
    // Focus in the menu of a step comes through here, too: it is not on the canvas.
    if (target instanceof HTMLElement && target.dataset.step !== undefined) held.current = target.dataset.step
  }
}

/**
 * Whether somebody works somewhere else. A step that is gone leaves the focus nowhere, or in the menu that removed it;
 * its card may still be drawn for a moment.
 */
function isElsewhere(gone: string): boolean {
  const active = document.activeElement
  if (!active || active.matches('body, [role="menuitem"], [role="menu"]')) return false
  return active.closest('[data-id]')?.getAttribute('data-id') !== gone
}
