import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { importContent } from '../content.ts'
import type { FlowVersion } from '../flow.ts'
import type { Trigger } from '../step.ts'
import { code, flow, operate } from '../testing.ts'
import { operation, resolve, start } from '../testing-operations.ts'
import { compileGraph } from './compile.ts'
import { graphOf } from './decompile.ts'
import { edgeId, Graph } from './graph.ts'
import { surroundings } from './testing.ts'

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
