import fc from 'fast-check'
import { expect, it } from 'vitest'
import { importContent } from '../content.ts'
import type { Action, Trigger } from '../step.ts'
import { flow } from '../testing.ts'
import { compileGraph } from './compile.ts'
import { graphOf } from './decompile.ts'
import { Graph } from './graph.ts'
import { type Arrow, graph, surroundings } from './testing.ts'

/** Any graph does what its edges say, or is refused: told by a small interpreter of graphs. */

const HANDLES: Record<string, string[]> = {
  condition: ['true', 'false'],
  switch: ['x', 'y', 'default'],
  loop: ['body', 'done'],
}
const ROUNDS = 2
const BUDGET = 400

/** Goes through a graph as its edges say, in the words of the specification. */
function walkGraph({ nodes, edges }: Graph, decide: (id: string, visit: number) => number): string[] {
  const typeOf = new Map(nodes.map(({ id, type }) => [id, type]))
  const seen: string[] = []
  const follow = (source: string, handle?: string) =>
    edges.find((edge) => edge.source === source && (handle === undefined || edge.sourceHandle === handle))?.target
  const run = (first: string | undefined, home: string | undefined): void => {
    for (let at = first; at !== undefined && at !== home && seen.length < BUDGET; ) {
      const id: string = at
      seen.push(id)
      const type = typeOf.get(id) ?? ''
      if (type === 'loop') {
        for (let round = 0; round < ROUNDS; round++) run(follow(id, 'body'), id)
        at = follow(id, 'done')
      } else if (HANDLES[type]) at = follow(id, HANDLES[type][decide(id, seen.length) % HANDLES[type].length])
      else at = follow(id)
    }
  }
  run(nodes.find(({ type }) => type === 'trigger')?.id, undefined)
  return seen
}

/** Goes through the tree of steps as the engine does. */
function walkFlow(trigger: Trigger, decide: (id: string, visit: number) => number): string[] {
  const seen = [trigger.name]
  const run = (first: Action | null | undefined): void => {
    for (let step = first; step && seen.length < BUDGET; step = step.nextAction) {
      seen.push(step.name)
      if (step.type === 'LOOP_ON_ITEMS') for (let round = 0; round < ROUNDS; round++) run(step.firstLoopAction)
      if (step.type === 'ROUTER') run(step.children[decide(step.name, seen.length) % step.children.length])
    }
  }
  run(trigger.nextAction)
  return seen
}

/** Mostly edges forward with fitting handles, so that many graphs are structured; and any others among them. */
const anyGraph = fc
  .record({
    types: fc.array(fc.constantFrom('code', 'code', 'condition', 'switch', 'loop'), { minLength: 1, maxLength: 9 }),
    targets: fc.array(fc.integer({ min: -6, max: 12 }), { minLength: 30, maxLength: 30 }),
    steps: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 30, maxLength: 30 }),
  })
  .map(({ types, targets, steps }) => {
    const nodes: Record<string, string> = { trigger: 'trigger' }
    const data: Record<string, object> = {}
    for (const [index, type] of types.entries()) {
      nodes[`n${index}`] = type
      if (type === 'switch') data[`n${index}`] = { cases: ['x', 'y'] }
    }
    let at = 0
    const arrows: Arrow[] = [['trigger', 'n0']]
    for (const [index, type] of types.entries())
      for (const handle of HANDLES[type] ?? [undefined]) {
        at++
        const far = targets[at] ?? 0
        const target = far > 8 ? (targets[at + 1] ?? 0) : far < 0 ? -1 : index + (steps[at] ?? 1)
        if (target >= 0 && target < types.length)
          arrows.push([`n${index}`, `n${target}`, ...(handle ? [handle] : [])] as Arrow)
      }
    return graph(nodes, arrows, data)
  })

it('any graph is refused with ids, or does what its edges say', () => {
  const count = { compiled: 0, refused: 0 }
  fc.assert(
    fc.property(anyGraph, fc.nat(), (given, seed) => {
      const result = compileGraph(given, surroundings)
      if (!result.ok) {
        count.refused++
        for (const problem of result.problems) expect(problem.nodes.length + problem.edges.length).toBeGreaterThan(0)
        return
      }
      count.compiled++
      const decide = (id: string, visit: number): number => (seed + visit * 7 + id.charCodeAt(id.length - 1) * 13) >>> 1
      expect(walkFlow(result.trigger, decide)).toEqual(walkGraph(given, decide))
      const { nodes, edges } = reread(given, result.trigger)
      expect({ nodes, edges }).toEqual(given)
    }),
    { numRuns: 1500 },
  )
  expect(count.compiled).toBeGreaterThan(100)
  expect(count.refused).toBeGreaterThan(100)
})

/** The graph that comes back after it was stored. */
function reread(given: Graph, trigger: Trigger) {
  const source = { ...given, description: '', variables: {} }
  return graphOf(importContent(flow(), { displayName: 'x', trigger, notes: [], graph: source }, { sampleData: 'NONE' }))
}

it('random nodes and edges never throw', () => {
  const id = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor', 'toString', 'trigger', '1', 'ä')
  const node = fc.record({
    id,
    type: fc.constantFrom(
      'trigger',
      'trigger.piece',
      'code',
      'action',
      'http',
      'condition',
      'switch',
      'loop',
      'delay',
      'note',
    ),
    data: fc.dictionary(
      fc.constantFrom('cases', 'conditions', 'items', 'input', 'piece', 'label', 'version', 'x'),
      fc.jsonValue({ maxDepth: 2 }),
    ),
  })
  const edge = fc.record({
    source: id,
    target: id,
    sourceHandle: fc.constantFrom(undefined, 'true', 'body', 'done', 'x'),
  })
  fc.assert(
    fc.property(fc.array(node), fc.array(edge), (nodes, edges) => {
      const parsed = Graph.safeParse({ nodes, edges })
      if (parsed.success) compileGraph(parsed.data, surroundings)
    }),
    { numRuns: 300 },
  )
})
