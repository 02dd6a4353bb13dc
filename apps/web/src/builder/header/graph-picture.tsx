import type { GraphNode, Workflow } from '../../api/graph.ts'
import { placed } from './graph-places.ts'

const WIDTH = 168
const HEIGHT = 48
const MARGIN = 24
/** Letters that fit into a node. */
const FITS = 22

const nameOf = ({ id, label, data }: GraphNode): string => label ?? (typeof data.label === 'string' ? data.label : id)
const short = (text: string): string => (text.length > FITS ? `${text.slice(0, FITS - 1)}…` : text)

/** A drawing of a graph: its nodes where they are, and the edges from one to the next. @param label its name */
export function GraphPicture({ graph, label }: { graph: Workflow; label: string }) {
  const { edges } = graph
  const nodes = placed(graph)
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const xs = nodes.map(({ position }) => position.x)
  const ys = nodes.map(({ position }) => position.y)
  const [left, top] = [Math.min(...xs) - MARGIN, Math.min(...ys) - MARGIN]
  const [width, height] = [Math.max(...xs) + WIDTH + MARGIN - left, Math.max(...ys) + HEIGHT + MARGIN - top]
  if (nodes.length === 0) return null
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`${left} ${top} ${width} ${height}`}
      style={{ maxHeight: height }}
      className="h-80 w-full"
    >
      {edges.map(({ id, source, target, sourceHandle, label: text }) => {
        const [from, to] = [byId.get(source), byId.get(target)]
        if (!from || !to) return null
        const [x1, y1] = [from.position.x + WIDTH / 2, from.position.y + HEIGHT]
        const [x2, y2] = [to.position.x + WIDTH / 2, to.position.y]
        const bend = Math.max(24, Math.abs(y2 - y1) / 2)
        const words = text ?? sourceHandle
        return (
          <g key={id ?? `${source} ${sourceHandle ?? ''} ${target}`}>
            <path
              d={`M ${x1} ${y1} C ${x1} ${y1 + bend}, ${x2} ${y2 - bend}, ${x2} ${y2}`}
              className="fill-none stroke-line-control"
              strokeWidth={1.5}
            />
            {words && (
              <text x={(x1 + x2) / 2 + 6} y={(y1 + y2) / 2} fontSize={11} className="fill-ink-3">
                {short(words)}
              </text>
            )}
          </g>
        )
      })}
      {nodes.map((node) => {
        const { x, y } = node.position
        return (
          <g key={node.id}>
            <title>{nameOf(node)}</title>
            <rect x={x} y={y} width={WIDTH} height={HEIGHT} rx={8} className="fill-control stroke-line-control" />
            <text x={x + 12} y={y + 20} fontSize={13} className="fill-ink-1">
              {short(nameOf(node))}
            </text>
            <text x={x + 12} y={y + 37} fontSize={11} className="fill-ink-3">
              {node.type}
            </text>
          </g>
        )
      })}
    </svg>
  )
}
