import type { FlowVersion } from '@piecework/model/flow/flow'
import type { StepOutput } from '@piecework/model/run/step-output'
import { useQuery } from '@tanstack/react-query'
import { ReactFlowProvider } from '@xyflow/react'
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { pieceListQuery } from '../../api/piece-list.ts'
import { useProjectId } from '../../api/session.ts'
import type { Other } from '../state/types.ts'
import { piecesByName } from '../steps/pieces.ts'
import { type CanvasActs, CanvasContext, type CardChange, StepsContext } from './context.ts'
import { keptSteps, shapeOf } from './kept.ts'
import { layoutOf } from './layout.ts'
import type { CanvasNode } from './node-list.ts'
import { Picture } from './picture.tsx'
import { useKept } from './use-kept.ts'
import { useKeptFocus } from './use-kept-focus.ts'
import { useNodes } from './use-nodes.ts'
import { useView } from './use-view.ts'
import { neighbour } from './walk-keys.ts'

interface FlowCanvasProps {
  version: FlowVersion
  /** The results of the steps, when it shows a run: see outputsOf. */
  outputs?: ReadonlyMap<string, StepOutput> | undefined
  /** How the steps differ from another version, when it compares. */
  changes?: ReadonlyMap<string, CardChange> | undefined
  selection: readonly string[]
  openStep: string | null
  onSelect(names: readonly string[]): void
  onOpenStep(name: string | null): void
  /** Without them, the flow is only looked at. */
  acts?: CanvasActs | undefined
  others?: readonly Other[]
  /** The step to bring into view; a new object each time. The focus goes there, unless it is to stay where it is. */
  target?: { name: string; isFocused?: boolean } | undefined
  /** The branch whose name is being edited, as `router/0`. */
  renaming?: string | null
  onRenaming?(branch: string | null): void
}

/** A flow as a picture, to be looked at or edited. */
export const FlowCanvas = (props: FlowCanvasProps) => (
  <ReactFlowProvider>
    <Canvas {...props} />
  </ReactFlowProvider>
)

const NONE: readonly Other[] = []
/** In which texts can be read. */
const LEAST_ZOOM = 0.75
const ARROWS = { ArrowUp: 'up', ArrowDown: 'down', ArrowLeft: 'left', ArrowRight: 'right' } as const

/** The names without one that is among them, or with one that is not. */
const toggled = (names: ReadonlySet<string>, name: string): ReadonlySet<string> =>
  names.has(name) ? new Set([...names].filter((other) => other !== name)) : new Set([...names, name])

function Canvas({
  version,
  outputs,
  changes: differences,
  selection,
  openStep,
  onSelect,
  onOpenStep,
  acts,
  others = NONE,
  target,
  renaming = null,
  onRenaming = () => {},
}: FlowCanvasProps) {
  const place = useRef<HTMLDivElement>(null)
  const pieces = useQuery(pieceListQuery(useProjectId())).data
  const known = useMemo(() => piecesByName(pieces ?? []), [pieces])
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set())
  const [dragged, setDragged] = useState<string | null>(null)
  const steps = useKept(version.trigger, keptSteps)
  const shape = useMemo(() => shapeOf(version.trigger), [version.trigger])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the shape is all of the steps that places them
  const layout = useMemo(() => layoutOf(version.trigger, collapsed), [shape, collapsed])
  const isEditable = acts !== undefined
  const { nodes, settle, ...changes } = useNodes({ layout, notes: version.notes, isEditable, selection, onSelect })
  const { fit, reveal } = useView(place, layout)
  const onFocus = useKeptFocus(place, layout)

  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each target, however the layout changes
  useEffect(() => {
    if (target) reveal(target.name, target.isFocused ?? true)
  }, [target])

  const onKeyDown = (event: KeyboardEvent): void => {
    const name = event.target instanceof HTMLElement ? event.target.dataset.step : undefined
    if (name === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key in ARROWS) {
      const next = neighbour(layout.cards, name, ARROWS[event.key as keyof typeof ARROWS])
      event.preventDefault()
      if (next === undefined) return
      // With the shift key, the steps on the way are chosen together.
      onSelect(event.shiftKey ? [...new Set([...selection, name, next])] : [next])
      reveal(next, true)
    }
    if (event.key === 'Enter') {
      event.preventDefault()
      onOpenStep(name)
    }
  }

  const state = useMemo(
    () => ({
      ...{ selected: new Set(selection), open: openStep, outputs, changes: differences, pieces: known, others, acts },
      ...{ dragged, setDragged, renaming, setRenaming: onRenaming },
      toggleFrame: (name: string) => setCollapsed((now) => toggled(now, name)),
      choose(name: string, more: boolean) {
        if (!more) return onOpenStep(name)
        onSelect(selection.includes(name) ? selection.filter((other) => other !== name) : [...selection, name])
      },
    }),
    [
      selection,
      openStep,
      outputs,
      differences,
      known,
      others,
      acts,
      dragged,
      renaming,
      onRenaming,
      onOpenStep,
      onSelect,
    ],
  )

  const onNodeMoved = useCallback(
    (node: CanvasNode) => {
      settle()
      if (node.type === 'note') acts?.updateNote(node.data.note.id, { position: node.position })
    },
    [settle, acts],
  )
  const onLeave = useCallback(() => {
    onSelect([])
    onOpenStep(null)
  }, [onSelect, onOpenStep])
  const onReady = useCallback(() => {
    fit(LEAST_ZOOM)
    if (target) reveal(target.name, target.isFocused ?? true)
  }, [fit, reveal, target])

  return (
    <CanvasContext value={state}>
      <StepsContext value={steps}>
        {/* biome-ignore lint/a11y/noStaticElementInteractions: the steps inside take the keys */}
        <div ref={place} onKeyDown={onKeyDown} onFocus={onFocus} className="relative min-h-0 min-w-0 flex-1 bg-canvas">
          <Picture
            name={version.displayName}
            {...{ layout, outputs, nodes, isEditable, fit, onNodeMoved, onLeave, onReady }}
            {...changes}
          />
        </div>
      </StepsContext>
    </CanvasContext>
  )
}
