import type { GraphNode, Workflow } from '../../api/graph.ts'

const ACROSS = 200
const DOWN = 96

export type Placed = GraphNode & { position: { x: number; y: number } }

const isPlaced = (node: GraphNode): node is Placed => node.position !== undefined

/** The nodes with their places: those that the graph gives, or where it lacks one, rows in the order of the edges. */
export function placed({ nodes, edges }: Pick<Workflow, 'nodes' | 'edges'>): Placed[] {
  const given = nodes.filter(isPlaced)
  if (given.length === nodes.length) return given
  const next = new Map<string, string[]>()
  for (const { source, target } of edges) next.set(source, [...(next.get(source) ?? []), target])
  const ids = new Set(nodes.map(({ id }) => id))
  const targets = new Set(edges.map(({ target }) => target))
  const seen = new Set<string>()
  const rows: string[][] = []
  let row = nodes.filter(({ id }) => !targets.has(id)).map(({ id }) => id)
  while (row.length > 0) {
    for (const id of row) seen.add(id)
    rows.push(row)
    row = [...new Set(row.flatMap((id) => next.get(id) ?? []))].filter((id) => ids.has(id) && !seen.has(id))
  }
  // A ring that nothing leads to.
  const rest = nodes.filter(({ id }) => !seen.has(id)).map(({ id }) => id)
  if (rest.length > 0) rows.push(rest)
  const places = new Map(
    rows.flatMap((line, y) =>
      line.map((id, x) => [id, { x: (x - (line.length - 1) / 2) * ACROSS, y: y * DOWN }] as const),
    ),
  )
  return nodes.flatMap((node) => {
    const position = places.get(node.id)
    return position ? [{ ...node, position }] : []
  })
}
