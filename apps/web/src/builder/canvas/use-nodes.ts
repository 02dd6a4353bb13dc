import type { FlowVersion } from '@piecework/model/flow/flow'
import type { NodeChange } from '@xyflow/react'
import { useCallback, useMemo, useRef, useState } from 'react'
import { keptList, keptValue } from './kept.ts'
import type { Layout } from './layout.ts'
import { type CanvasNode, nodesOf } from './node-list.ts'
import { useKept } from './use-kept.ts'

interface NodesOptions {
  layout: Layout
  notes: FlowVersion['notes']
  isEditable: boolean
  selection: readonly string[]
  onSelect(names: readonly string[]): void
}

/** The cards and notes of a flow, where they are drawn while somebody drags or chooses them. */
export function useNodes({ layout, notes, isEditable, selection, onSelect }: NodesOptions) {
  const shownNotes = useKept(notes, keptValue<FlowVersion['notes']>)
  const fresh = useMemo(() => nodesOf(layout, shownNotes, isEditable), [layout, shownNotes, isEditable])
  const still = useKept(fresh, keptList<CanvasNode>)
  const [moved, setMoved] = useState<ReadonlyMap<string, { x: number; y: number }>>(new Map())
  const nodes = useMemo(
    () =>
      moved.size === 0 ? still : still.map((node) => ({ ...node, position: moved.get(node.id) ?? node.position })),
    [still, moved],
  )
  const isRectangle = useRef(false)

  const onNodesChange = useCallback(
    (changes: NodeChange<CanvasNode>[]): void => {
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
    },
    [moved, selection, onSelect],
  )
  const onSelectionStart = useCallback(() => {
    isRectangle.current = true
  }, [])
  const onSelectionEnd = useCallback(() => {
    isRectangle.current = false
  }, [])
  /** Puts every node back to its own place. */
  const settle = useCallback(() => setMoved(new Map()), [])

  return { nodes, settle, onNodesChange, onSelectionStart, onSelectionEnd }
}
