import { useReactFlow } from '@xyflow/react'
import { type RefObject, useCallback } from 'react'
import { focusSoon } from './focus-soon.ts'
import type { Layout } from './layout.ts'

interface CanvasView {
  /** Shows as much of the flow as fits. @param least the zoom that it does not go below */
  fit(least: number): void
  /** Brings a step into view. */
  reveal(name: string, thenFocus: boolean): void
}

/** Moves the view over the picture. */
export function useView(place: RefObject<HTMLDivElement | null>, layout: Layout): CanvasView {
  const flow = useReactFlow()
  const fit = useCallback(
    (least: number) => {
      const area = place.current?.getBoundingClientRect()
      if (!area) return
      const { width, height } = layout
      // A long flow begins at its top; it is not made smaller than what can be read.
      const zoom = Math.min(1, (area.width - 32) / width, Math.max(0.4, (area.height - 32) / height))
      void flow.setViewport({ x: area.width / 2, y: 16, zoom: Math.max(least, zoom) })
    },
    [flow, layout, place],
  )

  const reveal = useCallback(
    (name: string, thenFocus: boolean) => {
      const card = layout.cards.find((box) => box.name === name)
      const area = place.current?.getBoundingClientRect()
      if (!card || !area) return
      const { x, y, zoom } = flow.getViewport()
      const left = card.x * zoom + x
      const top = card.y * zoom + y
      const isInView =
        left >= 8 &&
        top >= 8 &&
        left + card.width * zoom <= area.width - 8 &&
        top + card.height * zoom <= area.height - 8
      if (!isInView) void flow.setCenter(card.x + card.width / 2, card.y + card.height / 2, { zoom })
      if (thenFocus) focusSoon(place.current, name)
    },
    [flow, layout, place],
  )
  return { fit, reveal }
}
