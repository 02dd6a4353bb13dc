// Over 300 lines, because the graphs of one table each take a few lines.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { importContent } from '../content.ts'
import type { FlowVersion } from '../flow.ts'
import type { Action, Trigger } from '../step.ts'
import { code, flow, loop, NOW, operate, router } from '../testing.ts'
import { operation, resolve, start } from '../testing-operations.ts'
import { walk } from '../walk.ts'
import { compileGraph } from './compile.ts'
import { graphOf } from './decompile.ts'
import { edgeId, Graph, type GraphEdge, type GraphNode } from './graph.ts'

const surroundings = { versionOf: () => '1.0.0', now: NOW, userId: 'user' }

type Arrow = [source: string, target: string, handle?: string]

/** `trigger t, code a, …` and arrows between them. */
function graph(nodes: Record<string, string>, arrows: Arrow[], data: Record<string, object> = {}): Graph {
  return Graph.parse({
    nodes: Object.entries(nodes).map(([id, type]) => ({ id, type, data: Object.hasOwn(data, id) ? data[id] : {} })),
    edges: arrows.map(([source, target, sourceHandle]) => ({
      source,
      target,
      ...(sourceHandle ? { sourceHandle } : {}),
    })),
  })
}

function compiled(given: Graph): Trigger {
  const result = compileGraph(given, surroundings)
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return result.trigger
}

function problems(given: Graph) {
  const result = compileGraph(given, surroundings)
  return result.ok ? [] : result.problems
}

function outline(trigger: Trigger): string {
  const line = (first: Action | null | undefined): string => {
    const parts: string[] = []
    for (let step = first; step; step = step.nextAction) {
      if (step.type === 'LOOP_ON_ITEMS') parts.push(`${step.name}(${line(step.firstLoopAction)})`)
      else if (step.type === 'ROUTER') parts.push(`${step.name}(${step.children.map(line).join('|')})`)
      else parts.push(step.name)
    }
    return parts.join(' ')
  }
  return line(trigger.nextAction)
}

describe('a graph becomes a flow', () => {
  it('whose steps follow one another as the edges say, with ids as names', () => {
    const trigger = compiled(
      graph({ t: 'trigger', a: 'code', b: 'http' }, [
        ['t', 'a'],
        ['a', 'b'],
      ]),
    )
    expect(outline(trigger)).toBe('a b')
    expect(trigger).toMatchObject({ name: 'trigger', settings: { triggerName: 'manual_trigger' } })
  })

  it('where branches that join go on behind the router', () => {
    const nodes = { t: 'trigger', c: 'condition', a: 'code', b: 'code', j: 'code' }
    const arrows: Arrow[] = [
      ['t', 'c'],
      ['c', 'a', 'true'],
      ['c', 'b', 'false'],
      ['a', 'j'],
      ['b', 'j'],
    ]
    expect(outline(compiled(graph(nodes, arrows)))).toBe('c(a|b) j')
    expect(outline(compiled(graph(nodes, [...arrows.slice(0, 2), ['a', 'b'], ['c', 'b', 'false'], ['b', 'j']])))).toBe(
      'c(a|) b j',
    )
  })

  it('where an edge back into the head of a loop closes its body, and done goes on', () => {
    const nodes = { t: 'trigger', l: 'loop', a: 'code', i: 'loop', b: 'code', z: 'code' }
    const arrows: Arrow[] = [
      ['t', 'l'],
      ['l', 'a', 'body'],
      ['a', 'i'],
      ['i', 'b', 'body'],
      ['b', 'i'],
      ['i', 'l', 'done'],
      ['l', 'z', 'done'],
    ]
    expect(outline(compiled(graph(nodes, arrows)))).toBe('l(a i(b)) z')
  })

  it('where the cases of a switch are branches, by conditions or by values', () => {
    const nodes = { t: 'trigger', s: 'switch', a: 'code', b: 'code', d: 'code' }
    const data = {
      s: {
        value: '{{trigger.kind}}',
        cases: ['x', { handle: 'y', name: 'Y', conditions: [[{ firstValue: 1, operator: 'EXISTS' }]] }],
      },
    }
    const trigger = compiled(
      graph(
        nodes,
        [
          ['t', 's'],
          ['s', 'a', 'x'],
          ['s', 'b', 'y'],
          ['s', 'd', 'default'],
        ],
        data,
      ),
    )
    expect(outline(trigger)).toBe('s(a|b|d)')
    expect(trigger.nextAction).toMatchObject({
      settings: {
        branches: [
          {
            branchName: 'x',
            conditions: [[{ firstValue: '{{trigger.kind}}', operator: 'TEXT_EXACTLY_MATCHES', secondValue: 'x' }]],
          },
          { branchName: 'Y', conditions: [[{ firstValue: '1', operator: 'EXISTS' }]] },
          { branchType: 'FALLBACK' },
        ],
      },
    })
  })

  it('whose expressions use ids, odd ones too', () => {
    const nodes = { start: 'trigger', 'node-1': 'code', '2nd': 'code', constructor: 'code', z: 'code' }
    const input = { a: '{{node-1.x}} {{ start.y }} {{2nd}}', b: '{{constructor.z + trigger.q}}', c: 'node-1' }
    const trigger = compiled(
      graph(
        nodes,
        [
          ['start', 'node-1'],
          ['node-1', '2nd'],
          ['2nd', 'constructor'],
          ['constructor', 'z'],
        ],
        { z: { input } },
      ),
    )
    expect(outline(trigger)).toBe('node_1 n_2nd constructor_2 z')
    const last = [...walk(trigger)].at(-1)
    expect(last?.settings).toMatchObject({
      input: { a: '{{node_1.x}} {{ trigger.y }} {{n_2nd}}', b: '{{constructor_2.z + trigger.q}}', c: 'node-1' },
    })
  })

  it('that is incomplete, as long as it is clear what follows what', () => {
    expect(outline(compiled(graph({}, [])))).toBe('')
    expect(outline(compiled(graph({ a: 'action', b: 'condition' }, [['a', 'b']])))).toBe('a b(|)')
  })
})

describe('refuses, with the ids of nodes and edges,', () => {
  const nodes = { t: 'trigger', c: 'condition', a: 'code', b: 'code', j: 'code', l: 'loop' }
  const only = (...names: (keyof typeof nodes)[]) => Object.fromEntries(names.map((name) => [name, nodes[name]]))
  const cases: [string, Graph, string[], string[]][] = [
    [
      'two triggers',
      graph({ ...only('t', 'a'), u: 'trigger.webhook' }, [
        ['t', 'a'],
        ['u', 'a'],
      ]),
      ['t', 'u'],
      [],
    ],
    ['an unreachable node', graph(only('t', 'a', 'b'), [['t', 'a']]), ['b'], []],
    [
      'a cycle that is no loop',
      graph(only('t', 'a', 'b'), [
        ['t', 'a'],
        ['a', 'b'],
        ['b', 'a'],
      ]),
      ['a', 'b'],
      ['a-b', 'b-a'],
    ],
    [
      'a way back from behind a loop',
      graph(only('t', 'l', 'a'), [
        ['t', 'l'],
        ['l', 'a', 'done'],
        ['a', 'l'],
      ]),
      ['a', 'l'],
      ['a-l'],
    ],
    [
      'a jump out of a loop',
      graph(only('t', 'l', 'a', 'b'), [
        ['t', 'l'],
        ['l', 'a', 'body'],
        ['a', 'b'],
        ['l', 'b', 'done'],
      ]),
      ['a', 'b'],
      ['a-b'],
    ],
    [
      'a missing handle',
      graph(only('t', 'c', 'a'), [
        ['t', 'c'],
        ['c', 'a'],
      ]),
      ['c', 'a'],
      ['c-a'],
    ],
    [
      'an unknown handle',
      graph(only('t', 'c', 'a'), [
        ['t', 'c'],
        ['c', 'a', 'maybe'],
      ]),
      ['c', 'a'],
      ['c:maybe-a'],
    ],
    ['an end that is no node', graph(only('t'), [['t', 'ghost']]), ['t'], ['t-ghost']],
    [
      'two ways out of a step',
      graph(only('t', 'a', 'b'), [
        ['t', 'a'],
        ['t', 'b'],
      ]),
      ['t'],
      ['t-a', 't-b'],
    ],
    [
      'an edge to the trigger',
      graph(only('t', 'a'), [
        ['t', 'a'],
        ['a', 't'],
      ]),
      ['a', 't'],
      ['a-t'],
    ],
  ]
  it.each(cases)('%s', (_, given, nodeIds, edgeIds) => {
    const found = problems(given)
    expect(found.flatMap((problem) => problem.nodes)).toEqual(expect.arrayContaining(nodeIds))
    expect(found.flatMap((problem) => problem.edges)).toEqual(expect.arrayContaining(edgeIds))
  })

  it('a jump into a branch: a way that passes the meeting of the others by', () => {
    const s = { s: { cases: ['x', 'y'] } }
    const given = graph(
      { t: 'trigger', s: 'switch', a: 'code', b: 'code', d: 'code', j: 'code', k: 'code' },
      [
        ['t', 's'],
        ['s', 'a', 'x'],
        ['s', 'b', 'y'],
        ['s', 'd', 'default'],
        ['a', 'j'],
        ['b', 'j'],
        ['j', 'k'],
        ['d', 'k'],
      ],
      s,
    )
    expect(problems(given)).toMatchObject([{ nodes: ['s', 'j', 'k'] }])
  })

  it('ids that are there twice, and data of the wrong kind with its field', () => {
    const twice = {
      ...graph(only('t'), []),
      nodes: [...graph(only('t', 'a'), []).nodes, ...graph(only('a'), []).nodes],
    }
    expect(problems(twice)).toMatchObject([{ nodes: ['a'] }])
    const wrong = graph(only('t', 'a'), [['t', 'a']], { a: { code: 7 } })
    expect(problems(wrong)).toMatchObject([{ nodes: ['a'], field: 'data.code' }])
  })

  it('more steps in a row than a flow may have', () => {
    const ids = Array.from({ length: 600 }, (_, n) => `n${n}`)
    const arrows = ids.map((id, n): Arrow => [n === 0 ? 't' : (ids[n - 1] ?? ''), id])
    expect(
      problems(graph({ t: 'trigger', ...Object.fromEntries(ids.map((id) => [id, 'code'])) }, arrows)),
    ).toMatchObject([{ nodes: ['n499'] }])
  })
})

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

/** A flow without dates, sample data and validity, which no graph has. */
const essence = (trigger: Trigger): unknown =>
  JSON.parse(
    JSON.stringify(trigger, (key, value: unknown) =>
      key === 'lastUpdatedDate' || key === 'sampleData' || key === 'valid' ? undefined : value,
    ),
  )

it('any flow is readable as a graph, and the same flow comes of it again', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 40, size: 'max' }), (operations) => {
      const version = operations.filter(({ type }) => type !== 'UPDATE_TRIGGER').reduce(applied, start())
      const { nodes, edges } = graphOf(version)
      const again = compileGraph(Graph.parse(JSON.parse(JSON.stringify({ nodes, edges }))), surroundings)
      if (!again.ok) throw new Error(JSON.stringify(again.problems))
      expect(essence(again.trigger)).toEqual(essence(version.trigger))
      expect(again.notes.map(({ id, content }) => [id, content])).toEqual(
        version.notes.map(({ id, content }) => [id, content]),
      )
    }),
    { numRuns: 200 },
  )
})

function applied(version: FlowVersion, { type, request }: { type: string; request: unknown }): FlowVersion {
  try {
    return operate(version, type, resolve(request, version))
  } catch {
    return version
  }
}

describe('what was sent comes back', () => {
  const sent = Graph.parse({
    nodes: [
      { id: 'in', type: 'trigger.webhook', data: { label: 'In', colour: 'red' }, position: { x: 1, y: 2 } },
      {
        id: 'node-1',
        type: 'http',
        label: 'Call',
        data: { url: '{{in.body.url}}', mine: [1] },
        position: { x: 3, y: 4, z: 5 },
        width: 9,
      },
      {
        id: 'c',
        type: 'condition',
        data: { conditions: [[{ firstValue: '{{node-1.ok}}', operator: 'BOOLEAN_IS_TRUE', mine: 1 }]] },
        position: { x: 5, y: 6 },
      },
      { id: 'a', type: 'code', data: { code: 'export const code = async () => 1' }, position: { x: 7, y: 8 } },
      { id: 'n', type: 'note', data: { content: 'hello' }, position: { x: 9, y: 9 } },
    ],
    edges: [
      { id: 'e1', source: 'in', target: 'node-1', animated: true },
      { id: 'e2', source: 'node-1', target: 'c', label: 'then' },
      { id: 'e3', source: 'c', target: 'a', sourceHandle: 'true', label: 'yes' },
    ],
  })
  const stored = (): FlowVersion => {
    const result = compileGraph(sent, surroundings)
    if (!result.ok) throw new Error('refused')
    const source = { ...sent, description: '', variables: {} }
    return importContent(
      flow(),
      { displayName: 'x', trigger: result.trigger, notes: result.notes, graph: source },
      { sampleData: 'NONE' },
    )
  }

  it('with ids, positions, labels, handles and unknown keys', () => {
    const { nodes, edges } = graphOf(JSON.parse(JSON.stringify(stored())))
    expect({ nodes, edges }).toEqual(sent)
  })

  it('after edits in the builder, as far as it is still true', () => {
    const added = operate(stored(), 'ADD_ACTION', {
      parentStep: 'c',
      stepLocationRelativeToParent: 'AFTER',
      action: code('step_1'),
    })
    const version = operate(added, 'UPDATE_ACTION', { ...code('a'), displayName: 'Renamed' })
    const { nodes, edges } = graphOf(version)
    expect(nodes.slice(0, 3)).toEqual(sent.nodes.slice(0, 3))
    expect(nodes.find(({ id }) => id === 'a')).toMatchObject({ data: { label: 'Renamed' }, position: { x: 7, y: 8 } })
    expect(nodes.find(({ id }) => id === 'step_1')).toMatchObject({ type: 'code', position: { x: expect.any(Number) } })
    expect(edges.map(edgeId)).toEqual(['e1', 'e2', 'e3', 'a-step_1', 'c:false-step_1'])
    expect(edges[2]).toEqual(sent.edges[2])
  })
})

it('compiles a thousand nodes in good time, whatever they look like', () => {
  // The limit is far above what it takes (bench/graph.ts measures that): it is there for what is not linear.
  expect(outline(flow(loop('l', [router('r', [[code('a')], []])])).trigger)).toBe('l(r(a|))')
  const wide: GraphNode[] = [
    { id: 't', type: 'trigger', data: {} },
    { id: 's', type: 'switch', data: { cases: Array.from({ length: 1000 }, (_, n) => `c${n}`) } },
  ]
  const edges: GraphEdge[] = [{ source: 't', target: 's' }]
  for (let n = 0; n < 998; n++) {
    wide.push({ id: `n${n}`, type: 'code', data: {} })
    edges.push({ source: 's', target: `n${n}`, sourceHandle: `c${n}` })
  }
  expect(compileGraph({ nodes: wide, edges }, surroundings).ok).toBe(true)
})
