import type { Note } from '@piecework/model/flow/flow'
import type { Step } from '@piecework/model/flow/step'
import type { Node, NodeProps } from '@xyflow/react'
import { useTranslation } from 'react-i18next'
import { ADD } from './geometry.ts'
import type { AddPoint, Box, CardBox, EmptyBox, FrameBox, Layout, PillBox } from './layout.ts'
import { NoteCard } from './note-card.tsx'
import { AddButton, BranchPill, EmptyPlace, StepFrame } from './parts.tsx'
import { keyOf, readingOrder } from './reading-order.ts'
import { StepCard } from './step-card.tsx'

export type CanvasNode =
  | Node<{ step: Step }, 'card'>
  | Node<{ box: FrameBox }, 'frame'>
  | Node<{ box: EmptyBox; name: string }, 'empty'>
  | Node<{ box: PillBox }, 'pill'>
  | Node<{ place: AddPoint['place']; name: string }, 'add'>
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

/** The layout as nodes, in reading order, which is the order of the Tab key and of screen readers. */
export function nodesOf(layout: Layout, notes: readonly Note[], isEditable: boolean): CanvasNode[] {
  const names = new Map(layout.cards.map(({ step }) => [step.name, step.displayName]))
  const nameOf = (name: string): string => names.get(name) ?? name
  const parts: CanvasNode[] = [
    ...layout.frames.map(
      (box): CanvasNode => ({
        ...at(box),
        ...{ id: `frame/${box.step.name}`, type: 'frame', data: { box }, zIndex: 0 },
      }),
    ),
    ...layout.cards.map(
      (box: CardBox): CanvasNode => ({
        ...at(box),
        ...{ id: box.step.name, type: 'card', data: { step: box.step }, zIndex: 2, selectable: true },
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
        ...{
          id: `empty/${keyOf(box.place)}`,
          type: 'empty',
          data: { box, name: nameOf(box.place.parentStep) },
          zIndex: 2,
        },
      }),
    ),
    ...(isEditable ? layout.adds : []).map(
      ({ x, y, place }): CanvasNode => ({
        ...at({ x: x - ADD / 2, y: y - ADD / 2, width: ADD, height: ADD }),
        ...{ id: `add/${keyOf(place)}`, type: 'add', data: { place, name: nameOf(place.parentStep) }, zIndex: 2 },
      }),
    ),
  ]
  const byId = new Map(parts.map((node) => [node.id, node]))
  const [first] = layout.cards
  const order = first ? [...readingOrder(first.step)] : []
  const nodes = order.flatMap((id) => byId.get(id) ?? [])
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

type Of<T extends CanvasNode['type']> = NodeProps<Extract<CanvasNode, { type?: T }>>

/** How each kind of node is drawn. */
export const NODE_TYPES = {
  card: ({ data }: Of<'card'>) => <StepCard step={data.step} />,
  frame: ({ data }: Of<'frame'>) => <StepFrame box={data.box} />,
  empty: ({ data }: Of<'empty'>) => <EmptyPlace box={data.box} name={data.name} />,
  pill: ({ data }: Of<'pill'>) => <BranchPill box={data.box} />,
  add: ({ data }: Of<'add'>) => <AddButton place={data.place} name={data.name} />,
  note: ({ data }: Of<'note'>) => <NoteCard note={data.note} />,
  end: End,
}

function End() {
  const { t } = useTranslation('builder')
  return (
    <div className="grid h-6 w-12 place-items-center rounded-full border border-line-2 bg-canvas text-xs text-ink-3">
      {t('step.end')}
    </div>
  )
}
