import type { Place } from '@piecework/model/flow/kinds/kind'
import type { NodeProps } from '@xyflow/react'
import { useTranslation } from 'react-i18next'
import { frameOf } from '../steps/kinds/registry.ts'
import { useSteps } from './context.ts'
import type { CanvasNode } from './node-list.ts'
import { NoteCard } from './note-card.tsx'
import { AddButton, BranchPill, EmptyPlace, StepFrame } from './parts.tsx'
import { StepCard } from './step-card.tsx'

type Of<T extends CanvasNode['type']> = NodeProps<Extract<CanvasNode, { type?: T }>>

/** How each kind of node is drawn. A step that is gone may have its nodes for a moment longer. */
export const NODE_TYPES = { card: Card, frame: Frame, empty: Empty, pill: Pill, add: Add, note: NoteNode, end: End }

function Card({ id }: Of<'card'>) {
  const step = useSteps().get(id)
  return step && <StepCard step={step} />
}

function Frame({ data: { box } }: Of<'frame'>) {
  const step = useSteps().get(box.name)
  return step && <StepFrame box={box} step={step} />
}

function Empty({ data: { place } }: Of<'empty'>) {
  return <EmptyPlace place={place} name={useNameOf(place)} />
}

function Pill({ data: { box } }: Of<'pill'>) {
  const step = useSteps().get(box.router)
  const frame = step && frameOf(step)
  const branch = frame?.kind === 'router' ? frame.branches[box.index] : undefined
  return branch && <BranchPill router={box.router} index={box.index} branch={branch} />
}

function Add({ data: { place } }: Of<'add'>) {
  return <AddButton place={place} name={useNameOf(place)} />
}

const useNameOf = ({ parentStep }: Place): string => useSteps().get(parentStep)?.displayName ?? parentStep

function NoteNode({ data: { note } }: Of<'note'>) {
  return <NoteCard note={note} />
}

function End() {
  const { t } = useTranslation('builder')
  return (
    <div className="grid h-6 w-12 place-items-center rounded-full border border-line-2 bg-canvas text-xs text-ink-3">
      {t('step.end')}
    </div>
  )
}
