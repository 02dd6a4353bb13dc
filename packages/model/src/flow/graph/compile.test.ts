import { describe, expect, it } from 'vitest'
import { code, flow, loop, router } from '../testing.ts'
import { walk } from '../walk.ts'
import { compileGraph } from './compile.ts'
import type { Graph, GraphEdge, GraphNode } from './graph.ts'
import { type Arrow, compiled, graph, outline, problems, surroundings } from './testing.ts'

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
    const delay = graph({ t: 'trigger', d: 'delay' }, [['t', 'd']], { d: { seconds: 1, minutes: 1 } })
    expect(problems(delay)).toMatchObject([{ nodes: ['d'], field: 'data.minutes' }])
  })

  it('more steps in a row than a flow may have', () => {
    const ids = Array.from({ length: 600 }, (_, n) => `n${n}`)
    const arrows = ids.map((id, n): Arrow => [n === 0 ? 't' : (ids[n - 1] ?? ''), id])
    expect(
      problems(graph({ t: 'trigger', ...Object.fromEntries(ids.map((id) => [id, 'code'])) }, arrows)),
    ).toMatchObject([{ nodes: ['n499'] }])
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
