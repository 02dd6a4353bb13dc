import { dominates, immediateDominators, reversePostorder } from './dominators.ts'
import type { GraphProblem } from './graph.ts'

/** Finds the rows of steps, branches and loops in a graph. It knows nothing of what nodes do. */

export interface Way {
  id: string
  source: string
  target: string
  /** Undefined of nodes that have one way out. */
  handle: string | undefined
}

export interface Point {
  id: string
  kind: 'STEP' | 'BRANCHES' | 'LOOP'
}

/** A node in its place, with the rows inside of it by handle. */
export interface Placed {
  id: string
  inside: Map<string, Placed[]>
}

/** The handles of a loop. */
export const BODY = 'body'
export const DONE = 'done'

interface Numbered extends Way {
  from: number
  to: number
}

/** The place where a row has to arrive: a node, or its own end where that is as good. */
interface Stop {
  at: number
  mayEnd: boolean
}

const NOWHERE = -1

/**
 * Over 120 lines: the checks and the placing share the numbers, the edges and the dominators of one graph.
 * @param points each id once @param ways between points @param handles of a point that has several ways out
 * @returns the row that begins at the entry, or everything that stands against it
 */
export function structureOf(
  points: readonly Point[],
  ways: readonly Way[],
  entry: string,
  handles: (id: string) => readonly string[],
): { row: Placed[] } | { problems: GraphProblem[] } {
  const numbers = new Map(points.map(({ id }, index) => [id, index]))
  const numberOf = (id: string): number => numbers.get(id) ?? NOWHERE
  const all = ways.map((way): Numbered => ({ ...way, from: numberOf(way.source), to: numberOf(way.target) }))
  const out: Numbered[][] = points.map(() => [])
  for (const way of all) out[way.from]?.push(way)
  const idOf = (node: number): string => points[node]?.id ?? ''
  const problems: GraphProblem[] = []
  const refuse = (message: string, nodes: readonly number[], edges: readonly Way[]): void => {
    problems.push({ message, nodes: nodes.map(idOf), edges: edges.map(({ id }) => id) })
  }
  const exits = out.map((some) => new Map(some.map((way) => [way.handle, way])))
  const leaving = (node: number, handle: string): Numbered | undefined => exits[node]?.get(handle)

  const start = numberOf(entry)
  const successors = out.map((some) => some.map(({ to }) => to))
  const reached = new Set(reversePostorder(successors, start))
  const lost = points.flatMap((_, node) => (reached.has(node) ? [] : [node]))
  if (lost.length > 0)
    refuse(
      `No edge leads from the trigger to ${listOf(lost.map(idOf))}.`,
      lost,
      all.filter(({ from, to }) => lost.includes(from) && lost.includes(to)),
    )

  const idom = immediateDominators(successors, start)
  const bodyOf = (loop: number): number => leaving(loop, BODY)?.to ?? NOWHERE
  const closesBody = ({ from, to, handle }: Numbered): boolean =>
    points[to]?.kind === 'LOOP' && (from === to ? handle === BODY : dominates(idom, bodyOf(to), from))
  const isBack = ({ from, to }: Numbered): boolean => reached.has(from) && dominates(idom, to, from)
  const closing = new Set(all.filter((way) => isBack(way) && closesBody(way)))
  const rings = ringsOf(
    all.filter((way) => reached.has(way.from) && !closing.has(way)),
    points.length,
  )
  for (const ring of rings)
    refuse(
      `${ring.length > 1 ? `The nodes ${listOf(ring.map(idOf))} form` : `The node ${listOf(ring.map(idOf))} forms`} a cycle that is no loop: only an edge from the body of a loop may lead back, and only to its loop.`,
      ring,
      all.filter(({ from, to }) => ring.includes(from) && ring.includes(to)),
    )
  if (problems.length > 0) return { problems }

  const forward = all.filter((way) => !closing.has(way))
  const arriving: Numbered[][] = points.map(() => [])
  for (const way of forward) arriving[way.to]?.push(way)
  const children: number[][] = points.map(() => [])
  for (const [node, parent] of idom.entries()) if (node !== start) children[parent]?.push(node)
  const placed = new Set<number>()

  /** The one node where the ways out of a point meet again. */
  const meetingOf = (node: number): number | undefined => {
    const meetings = (children[node] ?? []).filter((child) => (arriving[child]?.length ?? 0) > 1)
    if (meetings.length > 1)
      refuse(
        `The branches of ${idOf(node)} meet at ${listOf(meetings.map(idOf))}: they can only meet at one node, which all of them reach.`,
        [node, ...meetings],
        meetings.flatMap((meeting) => arriving[meeting] ?? []),
      )
    return meetings[0]
  }

  const placeRow = (first: Numbered | undefined, owner: number, stop: Stop): Placed[] => {
    const row: Placed[] = []
    let way = first
    let before = owner
    let at = first?.to ?? NOWHERE
    for (;;) {
      if (at !== NOWHERE && at === stop.at) return row
      if (at === NOWHERE) {
        if (!stop.mayEnd)
          refuse(
            `A way through ${idOf(owner)} ends at ${idOf(before)}, and others go on to ${idOf(stop.at)}: lead all of them there.`,
            [...new Set([owner, before, stop.at])],
            first ? [first] : [],
          )
        return row
      }
      if (idom[at] !== before || placed.has(at)) {
        refuse(
          `An edge from ${idOf(way?.from ?? before)} jumps into or out of a branch or loop at ${idOf(at)}.`,
          [...new Set([way?.from ?? before, at])],
          way ? [way] : [],
        )
        return row
      }
      placed.add(at)
      const inside = new Map<string, Placed[]>()
      row.push({ id: idOf(at), inside })
      const node = at
      before = node
      switch (points[node]?.kind) {
        case 'BRANCHES': {
          const meeting = meetingOf(node)
          if (problems.length > 0) return row
          const inner = meeting === undefined ? stop : { at: meeting, mayEnd: false }
          for (const handle of handles(idOf(node))) inside.set(handle, placeRow(leaving(node, handle), node, inner))
          if (meeting === undefined) return row
          way = arriving[meeting]?.[0]
          at = meeting
          break
        }
        case 'LOOP':
          inside.set(BODY, placeRow(leaving(node, BODY), node, { at: node, mayEnd: true }))
          way = leaving(node, DONE)
          at = way?.to ?? NOWHERE
          break
        default:
          way = out[node]?.[0]
          at = way?.to ?? NOWHERE
      }
    }
  }

  placed.add(start)
  const first = out[start]?.[0]
  const row: Placed[] = [{ id: entry, inside: new Map() }]
  row.push(...placeRow(first, start, { at: NOWHERE, mayEnd: true }))
  return problems.length > 0 ? { problems } : { row }
}

/** The cycles among edges: each as its nodes. Tarjan's algorithm, without recursion. */
function ringsOf(ways: readonly Numbered[], count: number): number[][] {
  const out: number[][] = Array.from({ length: count }, () => [])
  const selves = new Set<number>()
  for (const { from, to } of ways) {
    out[from]?.push(to)
    if (from === to) selves.add(from)
  }
  const index = new Array<number>(count).fill(-1)
  const low = new Array<number>(count).fill(0)
  const onStack = new Set<number>()
  const stack: number[] = []
  const rings: number[][] = []
  let next = 0
  for (let root = 0; root < count; root++) {
    if (index[root] !== -1) continue
    const path = [{ node: root, edge: 0 }]
    for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
      const { node } = at
      if (at.edge === 0 && index[node] === -1) {
        index[node] = low[node] = next++
        stack.push(node)
        onStack.add(node)
      }
      const following = out[node]?.[at.edge++]
      if (following === undefined) {
        path.pop()
        const parent = path.at(-1)
        if (parent) low[parent.node] = Math.min(low[parent.node] ?? 0, low[node] ?? 0)
        if (low[node] !== index[node]) continue
        const ring = stack.splice(stack.lastIndexOf(node))
        for (const member of ring) onStack.delete(member)
        if (ring.length > 1 || selves.has(node)) rings.push(ring)
      } else if (index[following] === -1) path.push({ node: following, edge: 0 })
      else if (onStack.has(following)) low[node] = Math.min(low[node] ?? 0, index[following] ?? 0)
    }
  }
  return rings
}

const SHOWN = 10

/** The first few names of a list. */
export const listOf = (names: readonly string[]): string =>
  `${names.slice(0, SHOWN).join(', ')}${names.length > SHOWN ? ` and ${names.length - SHOWN} more` : ''}`
