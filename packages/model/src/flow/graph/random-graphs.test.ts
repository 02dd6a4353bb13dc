import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Action } from '../step.ts'
import { NOW } from '../testing.ts'
import { compileGraph } from './compile.ts'
import { Graph, type GraphEdge, type GraphNode } from './graph.ts'
import { stepNames } from './names.ts'

/** Any graph becomes a flow that does what the graph says, or is refused by the ids that it is about. */

const compile = (graph: Graph) => compileGraph(graph, { versionOf: () => '1.0.0', now: NOW, userId: null })

/** Which ways are taken at a node in these rounds, and how often a loop turns: by the letters of its place alone. */
type Choice = (id: string, rounds: readonly number[], among: number) => number

const choiceOf =
  (seed: number): Choice =>
  (id, rounds, among) => {
    let hash = seed
    for (const letter of `${id}/${rounds}`) hash = (Math.imul(hash, 31) + (letter.codePointAt(0) ?? 0)) | 0
    return Math.abs(hash ^ (hash >>> 13)) % among
  }

const CASES = ['x', 'y']
const HANDLES = {
  condition: ['true', 'false'],
  switch: [...CASES, 'default'],
  every: [...CASES, 'default'],
  loop: ['body', 'done'],
}
type Kind = keyof typeof HANDLES | 'code'

/** The ways that a node with several is left by: one, and any of those of a switch that takes all. */
function taken(kind: Kind, id: string, rounds: readonly number[], choose: Choice): string[] {
  if (kind !== 'every') return kind === 'code' ? [] : [HANDLES[kind][choose(id, rounds, HANDLES[kind].length)] ?? '']
  const mask = choose(id, rounds, 2 ** CASES.length)
  const held = CASES.filter((_, index) => (mask >> index) % 2 === 1)
  return held.length > 0 ? held : ['default']
}

const kindOf = ({ type, data }: GraphNode): Kind =>
  type === 'condition' || type === 'loop' ? type : type !== 'switch' ? 'code' : data.mode === 'all' ? 'every' : 'switch'

const visit = (id: string, rounds: readonly number[]): string => [id, ...rounds].join('#')

/**
 * The steps of a graph, node by node and edge by edge: a node runs once for all ways that arrive, when none of the others
 * that run can still reach it.
 */
function traceOfGraph({ nodes, edges }: Graph, choose: Choice): string[] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const trace: string[] = []
  const leaving = (id: string, handles: readonly string[] | undefined): string[] => {
    const own = edges.filter(({ source }) => source === id)
    if (!handles) return own.map(({ target }) => target)
    return handles.flatMap((handle) => own.filter((edge) => edge.sourceHandle === handle).map(({ target }) => target))
  }
  const reaches = (from: string, to: string, within: string | undefined): boolean => {
    const seen = new Set([from])
    for (const at of seen) for (const next of leaving(at, undefined)) if (next !== within) seen.add(next)
    return from !== to && seen.has(to)
  }
  const run = (first: readonly string[], within: string | undefined, rounds: readonly number[]): void => {
    let active = first.filter((id) => id !== within)
    while (active.length > 0) {
      const at = active.find((id) => !active.some((other) => reaches(other, id, within))) ?? ''
      const node = byId.get(at)
      if (!node) throw new Error(`Nothing can run of ${active.join(', ')}`)
      trace.push(visit(at, rounds))
      const kind = kindOf(node)
      if (kind === 'loop')
        for (let round = 0; round < choose(at, rounds, 3); round++) run(leaving(at, ['body']), at, [...rounds, round])
      const handles = kind === 'loop' ? ['done'] : kind === 'code' ? undefined : taken(kind, at, rounds, choose)
      const next = leaving(at, handles).filter((id) => id !== within)
      active = [...new Set(active.flatMap((id) => (id === at ? next : [id])))]
    }
  }
  const trigger = nodes.find(({ type }) => type === 'trigger')
  // A draft without a trigger begins where no edge leads.
  const targets = new Set(edges.map(({ target }) => target))
  const steps = nodes.filter(({ type }) => type !== 'note')
  const first = steps.find(({ id }) => !targets.has(id)) ?? steps[0]
  run(trigger ? leaving(trigger.id, undefined) : first ? [first.id] : [], undefined, [])
  return trace
}

/** The same of a flow: its steps one after the other. */
function traceOfFlow(first: Action | undefined, graph: Graph, choose: Choice): string[] {
  const byName = new Map([...stepNames(graph.nodes)].map(([id, name]) => [name, id]))
  const byId = new Map(graph.nodes.map((node) => [node.id, node]))
  const trace: string[] = []
  const run = (from: Action | null | undefined, rounds: readonly number[]): void => {
    for (let step = from; step; step = step.nextAction) {
      const id = byName.get(step.name) ?? ''
      const node = byId.get(id)
      if (!node) throw new Error(`${step.name} is a step of no node`)
      trace.push(visit(id, rounds))
      if (step.type === 'LOOP_ON_ITEMS')
        for (let round = 0; round < choose(id, rounds, 3); round++) run(step.firstLoopAction, [...rounds, round])
      if (step.type !== 'ROUTER') continue
      const handles = taken(kindOf(node), id, rounds, choose)
      for (const [index, { branchName }] of step.settings.branches.entries())
        if (handles.includes(branchName)) run(step.children[index], rounds)
    }
  }
  run(first, [])
  return trace
}

const DATA: Readonly<Record<Kind, { type: GraphNode['type']; data: object }>> = {
  code: { type: 'code', data: {} },
  condition: { type: 'condition', data: {} },
  switch: { type: 'switch', data: { value: '1', cases: CASES } },
  every: { type: 'switch', data: { value: '1', cases: CASES, mode: 'all' } },
  loop: { type: 'loop', data: { items: '{{trigger.list}}' } },
}

/** Ids that are names of something else, or no names at all, among plain ones. */
const IDS = [
  '__proto__',
  'constructor',
  'toString',
  'trigger',
  'variables',
  'if',
  'a b',
  'é💩',
  '1',
  'then',
  'x-1',
  'x 1',
]
const idOf = (index: number): string => IDS[index * 2] ?? `n${index}`

interface Item {
  kind: Kind
  rows: Item[][]
}
/** Rows of steps with rows in them, as an editor of flows would draw them. */
const rows = fc.letrec<{ row: Item[]; item: Item }>((tie) => ({
  row: fc.array(tie('item'), { maxLength: 3, depthIdentifier: 'rows' }),
  item: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'rows' },
    fc.constant<Item>({ kind: 'code', rows: [] }),
    fc.record({
      kind: fc.constantFrom<Kind>('condition', 'switch', 'every', 'loop'),
      rows: fc.array(tie('row'), { minLength: 3, maxLength: 3 }),
    }),
  ),
}))

/** Draws rows as a graph. @param closes whether the last node of a body leads back to its loop */
function draw(row: readonly Item[], closes: boolean): Graph {
  const nodes: object[] = [{ id: 'start', type: 'trigger' }]
  const edges: object[] = []
  const drawRow = (items: readonly Item[], enter: (to: string) => void, then: string | undefined): void => {
    const ids = items.map((item) => {
      const id = idOf(nodes.length)
      nodes.push({ id, ...DATA[item.kind] })
      return id
    })
    const [first = then] = ids
    if (first !== undefined) enter(first)
    for (const [index, { kind, rows: inside }] of items.entries()) {
      const source = ids[index]
      const next = ids[index + 1] ?? then
      const connect = (target: string | undefined, sourceHandle?: string): void => {
        if (target !== undefined) edges.push({ source, target, ...(sourceHandle ? { sourceHandle } : {}) })
      }
      if (kind === 'code') connect(next)
      else if (kind === 'loop') {
        drawRow(inside[0] ?? [], (to) => connect(to, 'body'), closes ? source : undefined)
        connect(next, 'done')
      } else
        for (const [at, handle] of HANDLES[kind].entries()) drawRow(inside[at] ?? [], (to) => connect(to, handle), next)
    }
  }
  drawRow(row, (target) => edges.push({ source: 'start', target }), undefined)
  return Graph.parse({ nodes, edges })
}

const anyHandle = fc.constantFrom(undefined, 'true', 'false', 'body', 'done', 'default', 'x', '__proto__', '')

/** A graph of any nodes and any edges. */
const anyGraph = fc
  .record({
    kinds: fc.array(fc.constantFrom<Kind>('code', 'code', 'condition', 'every', 'loop'), { maxLength: 7 }),
    ends: fc.array(fc.tuple(fc.nat(8), fc.nat(8), anyHandle), { maxLength: 12 }),
  })
  .map(({ kinds, ends }) => {
    const ids = ['start', ...kinds.map((_, index) => idOf(index))]
    const end = (index: number): string => ids[index % ids.length] ?? 'nowhere'
    return Graph.parse({
      nodes: [{ id: 'start', type: 'trigger' }, ...kinds.map((kind, index) => ({ id: idOf(index), ...DATA[kind] }))],
      edges: ends.map(([from, to, sourceHandle]) => ({ source: end(from), target: end(to), sourceHandle })),
    })
  })

type Slip = (graph: Graph) => Graph
const changeEdge =
  (at: number, change: (edge: GraphEdge) => GraphEdge[]): Slip =>
  ({ nodes, edges }) => ({
    nodes,
    edges: edges.flatMap((edge, index) => (index === at % edges.length ? change(edge) : [edge])),
  })
/** Slips of somebody who draws a graph by hand, or of a program. */
const slip: fc.Arbitrary<Slip> = fc.oneof(
  fc.nat().map((at) => changeEdge(at, () => [])),
  fc.nat().map((at) => changeEdge(at, (edge) => [edge, edge])),
  fc.tuple(fc.nat(), anyHandle).map(([at, sourceHandle]) => changeEdge(at, (edge) => [{ ...edge, sourceHandle }])),
  fc.tuple(fc.nat(), fc.nat()).map(
    ([at, to]): Slip =>
      (graph) =>
        changeEdge(at, (edge) => [{ ...edge, target: graph.nodes[to % graph.nodes.length]?.id ?? 'nowhere' }])(graph),
  ),
  fc.tuple(fc.nat(), fc.nat()).map(
    ([at, to]): Slip =>
      (graph) =>
        changeEdge(at, (edge) => [edge, { ...edge, source: graph.nodes[to % graph.nodes.length]?.id ?? '' }])(graph),
  ),
  fc.nat().map(
    (at): Slip =>
      ({ nodes, edges }) => ({
        nodes: nodes.map((node, index) => (index === at % nodes.length ? { ...node, type: 'note' as const } : node)),
        edges,
      }),
  ),
  fc.nat().map(
    (at): Slip =>
      ({ nodes, edges }) => ({ nodes: [...nodes, ...nodes.slice(at % nodes.length, 1)], edges }),
  ),
)

/** A graph and its flow do the same; a graph that is no flow is refused by ids. */
function check(graph: Graph, seed: number): boolean {
  const result = compile(graph)
  if (result.ok) {
    const choose = choiceOf(seed)
    expect(traceOfFlow(result.trigger.nextAction, graph, choose)).toEqual(traceOfGraph(graph, choose))
    return true
  }
  const ids = new Set(graph.nodes.map(({ id }) => id))
  for (const { message, nodes, edges } of result.problems) {
    expect(message).not.toBe('')
    expect([...nodes, ...edges].length, message).toBeGreaterThan(0)
    expect(nodes.filter((id) => !ids.has(id))).toEqual([])
  }
  return false
}

describe('a random graph', () => {
  it('that is drawn as rows of steps is a flow, and the flow does what the graph says', () => {
    fc.assert(
      fc.property(rows.row, fc.boolean(), fc.integer(), (row, closes, seed) => {
        expect(check(draw(row, closes), seed)).toBe(true)
      }),
      { numRuns: 400 },
    )
  })

  it('with slips is such a flow still, or is refused by its ids', () => {
    fc.assert(
      fc.property(
        rows.row,
        fc.boolean(),
        fc.array(slip, { minLength: 1, maxLength: 3 }),
        fc.integer(),
        (row, closes, slips, seed) => {
          const drawn = draw(row, closes)
          check(
            slips.reduce((graph, change) => (graph.edges.length > 0 ? change(graph) : graph), drawn),
            seed,
          )
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('of any nodes and edges is one or the other, too', () => {
    fc.assert(
      fc.property(anyGraph, fc.integer(), (graph, seed) => {
        check(graph, seed)
      }),
      { numRuns: 800 },
    )
  })
})
