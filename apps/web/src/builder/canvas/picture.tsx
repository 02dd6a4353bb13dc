import type { StepOutput } from '@piecework/model/run/step-output'
import { Background, ReactFlow, type ReactFlowProps } from '@xyflow/react'
import '@xyflow/react/dist/base.css'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import { CanvasTools } from './canvas-tools.tsx'
import { Edges } from './edges.tsx'
import type { Layout } from './layout.ts'
import type { CanvasNode } from './node-list.ts'
import { NODE_TYPES } from './nodes.tsx'

type Changes = Required<Pick<ReactFlowProps<CanvasNode>, 'onNodesChange' | 'onSelectionStart' | 'onSelectionEnd'>>

interface PictureProps extends Changes {
  /** The name of the flow. */
  name: string
  layout: Layout
  outputs: ReadonlyMap<string, StepOutput> | undefined
  nodes: CanvasNode[]
  isEditable: boolean
  fit(least: number): void
  /** After a node was dragged. */
  onNodeMoved(node: CanvasNode): void
  /** A click where nothing is. */
  onLeave(): void
  onReady(): void
}

/** The places of everything in a flow. It is drawn again only when they change, not with what the steps say. */
export const Picture = memo(function Picture(props: PictureProps) {
  const { name, layout, outputs, nodes, isEditable, fit, onNodeMoved, onLeave, onReady, ...changes } = props
  const { t } = useTranslation('builder')
  return (
    <ReactFlow<CanvasNode>
      aria-label={t('canvas', { name })}
      nodes={nodes}
      nodeTypes={NODE_TYPES}
      {...changes}
      onNodeDragStop={(_, node) => onNodeMoved(node)}
      onPaneClick={onLeave}
      onInit={onReady}
      onlyRenderVisibleElements
      nodesDraggable={false}
      nodesConnectable={false}
      nodesFocusable={false}
      edgesFocusable={false}
      disableKeyboardA11y
      deleteKeyCode={null}
      multiSelectionKeyCode={null}
      selectionKeyCode={isEditable ? 'Shift' : null}
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
  )
})
