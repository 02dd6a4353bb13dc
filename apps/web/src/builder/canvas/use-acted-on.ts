import { findStep } from '@piecework/model/flow/walk'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useBuilder, useBuilderStore } from '../state/provider.tsx'

interface ActedOn {
  /** The steps that a key means. */
  chosen(): readonly string[]
  hasChosen: boolean
}

/**
 * The steps that a key acts on: the chosen ones, unless somebody has gone on to another card with the Tab key or a
 * screen reader, who means that one.
 */
export function useActedOn(): ActedOn {
  const builder = useBuilderStore()
  const hasSelection = useBuilder((state) => state.selection.length > 0)
  const focused = useRef<string | undefined>(undefined)
  const [isOnCard, setIsOnCard] = useState(false)
  useEffect(
    () =>
      followFocus((name) => {
        focused.current = name
        setIsOnCard(name !== undefined)
      }),
    [],
  )
  const chosen = useCallback((): readonly string[] => {
    const { selection, version } = builder.getState()
    const name = focused.current
    if (name === undefined || selection.includes(name) || !findStep(version.trigger, name)) return selection
    return [name]
  }, [builder])
  return { chosen, hasChosen: hasSelection || isOnCard }
}

/**
 * Tells which card the focus comes to without a pointer: a pointer says by itself what it chooses, and may take a card
 * out of the choice that has the focus then. The palette and menus do not take the focus from a card, as they act on it.
 * @returns ends it
 */
function followFocus(tell: (name: string | undefined) => void): () => void {
  let isPressed = false
  const isOver = ({ target }: Event): boolean =>
    target instanceof Element && target.closest('[role="dialog"], [role="menu"]') !== null
  const press = (event: Event): void => {
    isPressed = true
    if (!isOver(event)) tell(undefined)
  }
  const release = (): void => {
    isPressed = false
  }
  const focus = (event: Event): void => {
    if (!isOver(event)) tell(!isPressed && event.target instanceof HTMLElement ? event.target.dataset.step : undefined)
  }
  const ending = new AbortController()
  const options = { capture: true, signal: ending.signal }
  document.addEventListener('pointerdown', press, options)
  for (const end of ['pointerup', 'pointercancel', 'dragend']) document.addEventListener(end, release, options)
  document.addEventListener('focusin', focus, options)
  return () => ending.abort()
}
