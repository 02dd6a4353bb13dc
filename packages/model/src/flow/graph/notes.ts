import { z } from 'zod'
import { type Note, NoteColor } from '../flow.ts'
import type { GraphNode } from './graph.ts'

/** Notes on the canvas as nodes. */

const SIZE = { width: 200, height: 200 }
const NoteData = z.object({
  content: z.string().catch(''),
  text: z.string().optional().catch(undefined),
  color: NoteColor.catch('yellow'),
  size: z.object({ width: z.number(), height: z.number() }).catch(SIZE),
})

export function noteOfNode(node: GraphNode, { now, userId }: { now: string; userId: string | null }): Note {
  const { content, text, color, size } = NoteData.parse(node.data)
  const { x, y } = node.position ?? { x: 0, y: 0 }
  const words = content || (text ?? node.label ?? '')
  return {
    id: node.id,
    content: words,
    color,
    size,
    position: { x, y },
    ownerId: userId,
    createdAt: now,
    updatedAt: now,
  }
}

/** @param before the node that it was, whose other keys stay */
export function nodeOfNote({ id, content, color, size, position }: Note, before: GraphNode | undefined): GraphNode {
  if (before) {
    const same = noteOfNode(before, { now: '', userId: null })
    const isSame =
      same.content === content &&
      same.color === color &&
      same.size.width === size.width &&
      same.size.height === size.height
    const place = before.position ?? { x: 0, y: 0 }
    if (isSame && place.x === position.x && place.y === position.y) return before
  }
  return {
    ...before,
    id,
    type: 'note',
    data: { ...before?.data, content, color, size },
    position: { ...before?.position, ...position },
  }
}
