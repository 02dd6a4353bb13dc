import type { FlowVersion } from '@piecework/model/flow/flow'
import type { NodeChange } from '@xyflow/react'
import { useMemo, useRef, useState } from 'react'
import type { Layout } from './layout.ts'
import { type CanvasNode, nodesOf } from './nodes.tsx'

interface NodesOptions {
  layout: Layout
  notes: FlowVersion['notes']
  isEditable: boolean
  selection: readonly string[]
  onSelect(names: readonly string[]): void
}

/** The cards and notes of a flow, where they are drawn while somebody drags or chooses them. */
export function useNodes({ layout, notes, isEditable, selection, onSelect }: NodesOptions) {
  const still = useMemo(() => nodesOf(layout, notes, isEditable), [layout, notes, isEditable])
  const [moved, setMoved] = useState<ReadonlyMap<string, { x: number; y: number }>>(new Map())
  const nodes = useMemo(
    () =>
      moved.size === 0 ? still : still.map((node) => ({ ...node, position: moved.get(node.id) ?? node.position })),
    [still, moved],
  )
  const isRectangle = useRef(false)

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

  return {
    nodes,
    onNodesChange,
    /** Puts every node back to its own place. */
    settle: () => setMoved(new Map()),
    onSelectionStart: () => {
      isRectangle.current = true
    },
    onSelectionEnd: () => {
      isRectangle.current = false
    },
  }
}
