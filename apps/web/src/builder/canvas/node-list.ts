import type { Note } from '@piecework/model/flow/flow'
import type { Place } from '@piecework/model/flow/kinds/kind'
import type { Node } from '@xyflow/react'
import { ADD } from './geometry.ts'
import type { Box, FrameBox, Layout, PillBox } from './layout.ts'
import { keyOf } from './reading-order.ts'

export type CanvasNode =
  | Node<Record<string, never>, 'card'>
  | Node<{ box: FrameBox }, 'frame'>
  | Node<{ place: Place }, 'empty'>
  | Node<{ box: PillBox }, 'pill'>
  | Node<{ place: Place }, 'add'>
  | Node<{ note: Note }, 'note'>
  | Node<Record<string, never>, 'end'>

const at = ({ x, y, width, height }: Box) => ({
  position: { x, y },
  width,
  height,
  draggable: false,
  selectable: false,
  focusable: false,
  // Without this, every node is drawn once at the start, to look for its handles, also those out of view.
  handles: [],
  // Nodes that can be neither dragged nor selected would let clicks through to the pane.
  style: { pointerEvents: 'all' as const },
})

/**
 * The layout as nodes, in reading order, which is the order of the Tab key and of screen readers. They say where things
 * are; what the steps say comes from StepsContext, so that typing leaves every node as it is.
 */
export function nodesOf(layout: Layout, notes: readonly Note[], isEditable: boolean): CanvasNode[] {
  const parts: CanvasNode[] = [
    ...layout.frames.map(
      (box): CanvasNode => ({
        ...at(box),
        ...{ id: `frame/${box.name}`, type: 'frame', data: { box }, zIndex: 0 },
      }),
    ),
    ...layout.cards.map(
      (box): CanvasNode => ({
        ...at(box),
        ...{ id: box.name, type: 'card', data: {}, zIndex: 2, selectable: true },
      }),
    ),
    ...layout.pills.map(
      (box): CanvasNode => ({
        ...at(box),
        ...{ id: `pill/${box.router}/${box.index}`, type: 'pill', data: { box }, zIndex: 2 },
      }),
    ),
    ...layout.empties.map(
      (box): CanvasNode => ({
        ...at(box),
        ...{ id: `empty/${keyOf(box.place)}`, type: 'empty', data: { place: box.place }, zIndex: 2 },
      }),
    ),
    ...(isEditable ? layout.adds : []).map(
      ({ x, y, place }): CanvasNode => ({
        ...at({ x: x - ADD / 2, y: y - ADD / 2, width: ADD, height: ADD }),
        ...{ id: `add/${keyOf(place)}`, type: 'add', data: { place }, zIndex: 2 },
      }),
    ),
  ]
  const byId = new Map(parts.map((node) => [node.id, node]))
  const nodes = layout.order.flatMap((id) => byId.get(id) ?? [])
  nodes.push({ ...at(layout.end), id: 'end', type: 'end', data: {}, zIndex: 2 })
  for (const note of notes)
    nodes.push({
      ...{ id: `note/${note.id}`, type: 'note', data: { note }, position: note.position, zIndex: 1 },
      ...{
        ...note.size,
        draggable: isEditable,
        selectable: false,
        focusable: false,
        dragHandle: '.note-handle',
        handles: [],
      },
    })
  return nodes
}
