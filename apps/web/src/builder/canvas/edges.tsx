import type { StepOutput } from '@piecework/model/run/step-output'
import { ViewportPortal } from '@xyflow/react'
import { cx } from '../../ui/cx.ts'
import type { EdgeLine, Layout } from './layout.ts'

interface EdgesProps {
  layout: Layout
  outputs: ReadonlyMap<string, StepOutput> | undefined
}

/** Every line of the flow. Over a run, those that it went come last, so that they lie on top. */
export function Edges({ layout: { edges }, outputs }: EdgesProps) {
  const look = (edge: EdgeLine): 'plain' | 'muted' | 'taken' => {
    if (!outputs) return 'plain'
    const from = outputs.get(edge.from)
    return from && from.status !== 'FAILED' && (edge.to === undefined || outputs.has(edge.to)) ? 'taken' : 'muted'
  }
  const ordered = outputs ? edges.toSorted((a, b) => RANK[look(a)] - RANK[look(b)]) : edges
  return (
    <ViewportPortal>
      <svg
        aria-hidden="true"
        className="pointer-events-none absolute top-0 left-0 overflow-visible"
        style={{ zIndex: 1 }}
        width={1}
        height={1}
        fill="none"
        strokeWidth={1.5}
        strokeLinecap="round"
        strokeLinejoin="round"
      >
        <title>Lines</title>
        {ordered.map((edge) => (
          <path
            key={edge.id}
            d={edge.path}
            strokeDasharray={edge.kind === 'return' ? '3 4' : undefined}
            className={cx(COLOURS[look(edge)])}
          />
        ))}
        {ordered.map(
          (edge) =>
            edge.kind === 'return' && <path key={`${edge.id}^`} d={arrowOf(edge.path)} className="stroke-edge" />,
        )}
      </svg>
    </ViewportPortal>
  )
}

const RANK = { muted: 0, plain: 1, taken: 2 }
const COLOURS = { plain: 'stroke-edge', muted: 'stroke-edge-muted', taken: 'stroke-success-solid' }

/** 8 x 5, at the end of a line that goes up. */
function arrowOf(path: string): string {
  const [x = '0', y = '0'] = path.slice(path.lastIndexOf('L') + 1).split(' ')
  return `M${Number(x) - 4} ${Number(y) + 5}L${x} ${y}L${Number(x) + 4} ${Number(y) + 5}`
}
