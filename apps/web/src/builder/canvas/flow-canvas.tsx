import type { FlowVersion } from '@piecework/model/flow/flow'
import type { StepOutput } from '@piecework/model/run/step-output'
import { Background, type NodeChange, ReactFlow, ReactFlowProvider, useReactFlow } from '@xyflow/react'
import '@xyflow/react/dist/base.css'
import { useQuery } from '@tanstack/react-query'
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { pieceListQuery } from '../../api/piece-list.ts'
import { useProjectId } from '../../api/session.ts'
import type { Other } from '../state/types.ts'
import { piecesByName } from '../steps/pieces.ts'
import { CanvasTools } from './canvas-tools.tsx'
import { type CanvasActs, CanvasContext } from './context.ts'
import { Edges } from './edges.tsx'
import { layoutOf } from './layout.ts'
import { type CanvasNode, NODE_TYPES, nodesOf } from './nodes.tsx'
import { neighbour } from './walk-keys.ts'

interface FlowCanvasProps {
  version: FlowVersion
  /** The results of the steps, when it shows a run: see outputsOf. */
  outputs?: ReadonlyMap<string, StepOutput> | undefined
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

function Canvas({
  version,
  outputs,
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
  const { t } = useTranslation('builder')
  const place = useRef<HTMLDivElement>(null)
  const flow = useReactFlow<CanvasNode>()
  const pieces = useQuery(pieceListQuery(useProjectId())).data
  const known = useMemo(() => piecesByName(pieces ?? []), [pieces])
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set())
  const [dragged, setDragged] = useState<string | null>(null)
  const layout = useMemo(() => layoutOf(version.trigger, collapsed), [version.trigger, collapsed])
  const isEditable = acts !== undefined
  const nodes = useMemo(() => nodesOf(layout, version.notes, isEditable), [layout, version.notes, isEditable])
  const [moved, setMoved] = useState<ReadonlyMap<string, { x: number; y: number }>>(new Map())
  const shown = useMemo(
    () =>
      moved.size === 0 ? nodes : nodes.map((node) => ({ ...node, position: moved.get(node.id) ?? node.position })),
    [nodes, moved],
  )
  const isRectangle = useRef(false)

  const fit = useCallback(
    (least: number) => {
      const area = place.current?.getBoundingClientRect()
      if (!area) return
      const { width, height } = layout
      // A long flow begins at its top; it is not made smaller than what can be read.
      const zoom = Math.min(1, (area.width - 32) / width, Math.max(0.4, (area.height - 32) / height))
      void flow.setViewport({ x: area.width / 2, y: 16, zoom: Math.max(least, zoom) })
    },
    [flow, layout],
  )

  const reveal = useCallback(
    (name: string, thenFocus: boolean) => {
      const card = layout.cards.find(({ step }) => step.name === name)
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
    [flow, layout],
  )

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
      onSelect([next])
      reveal(next, true)
    }
    if (event.key === 'Enter') {
      event.preventDefault()
      onOpenStep(name)
    }
  }

  const onNodesChange = (changes: NodeChange<CanvasNode>[]): void => {
    const positions = new Map(moved)
    const chosen = new Set(selection)
    for (const change of changes) {
      if (change.type === 'position' && change.position) positions.set(change.id, change.position)
      if (change.type === 'select' && isRectangle.current) {
        if (change.selected) chosen.add(change.id)
        else chosen.delete(change.id)
      }
    }
    if (changes.some(({ type }) => type === 'position')) setMoved(positions)
    if (isRectangle.current) onSelect([...chosen])
  }

  const state = useMemo(
    () => ({
      ...{ selected: new Set(selection), open: openStep, outputs, pieces: known, others, acts },
      ...{ dragged, setDragged, renaming, setRenaming: onRenaming },
      toggleFrame: (name: string) =>
        setCollapsed((now) =>
          now.has(name) ? new Set([...now].filter((other) => other !== name)) : new Set([...now, name]),
        ),
      choose(name: string, more: boolean) {
        if (!more) return onOpenStep(name)
        onSelect(selection.includes(name) ? selection.filter((other) => other !== name) : [...selection, name])
      },
    }),
    [selection, openStep, outputs, known, others, acts, dragged, renaming, onRenaming, onOpenStep, onSelect],
  )

  return (
    <CanvasContext value={state}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the steps inside take the keys */}
      <div ref={place} onKeyDown={onKeyDown} className="relative min-h-0 min-w-0 flex-1 bg-canvas">
        <ReactFlow<CanvasNode>
          aria-label={t('canvas', { name: version.displayName })}
          nodes={shown}
          nodeTypes={NODE_TYPES}
          onNodesChange={onNodesChange}
          onSelectionStart={() => {
            isRectangle.current = true
          }}
          onSelectionEnd={() => {
            isRectangle.current = false
          }}
          onNodeDragStop={(_, node) => {
            setMoved(new Map())
            if (node.type === 'note') acts?.updateNote(node.data.note.id, { position: node.position })
          }}
          onPaneClick={() => {
            onSelect([])
            onOpenStep(null)
          }}
          onInit={() => {
            fit(LEAST_ZOOM)
            if (target) reveal(target.name, target.isFocused ?? true)
          }}
          onlyRenderVisibleElements
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          disableKeyboardA11y
          deleteKeyCode={null}
          multiSelectionKeyCode={null}
          selectionKeyCode={acts ? 'Shift' : null}
          zoomOnDoubleClick={false}
          panOnScroll
          minZoom={0.2}
          maxZoom={1.5}
          proOptions={{ hideAttribution: true }}
        >
          <Background gap={20} size={1} color="var(--canvas-dot)" bgColor="var(--surface-canvas)" />
          <Edges layout={layout} outputs={outputs} />
          <CanvasTools onFit={() => fit(0.2)} />
        </ReactFlow>
      </div>
    </CanvasContext>
  )
}

/** Which wait for a step is the last one: a new one ends those before. */
let wait = 0
const FRAMES = { most: 40, steady: 3 }

/**
 * Steps out of view are not drawn: the focus waits until the one is there. A panel that closes at the same time takes
 * the focus with it, so that it is given again until it stays, or until the next key or click: that may open something
 * that wants the focus for itself.
 */
function focusSoon(place: HTMLElement | null, name: string): void {
  const own = ++wait
  let steady = 0
  let frames = 0
  const acts = new AbortController()
  const end = (): void => acts.abort()
  for (const act of ['keydown', 'pointerdown'])
    document.addEventListener(act, end, { capture: true, signal: acts.signal })
  const look = (): void => {
    if (acts.signal.aborted) return
    const button = place?.querySelector<HTMLElement>(`[data-step="${CSS.escape(name)}"]`)
    steady = button && document.activeElement === button ? steady + 1 : 0
    if (own !== wait || steady >= FRAMES.steady || frames++ > FRAMES.most) {
      end()
      return
    }
    button?.focus({ preventScroll: true })
    requestAnimationFrame(look)
  }
  look()
}
