import type { FlowVersion } from '@piecework/model/flow/flow'
import { NOW, operate } from '@piecework/model/flow/testing'
import { operation, resolve, start } from '@piecework/model/flow/testing-operations'
import { walk } from '@piecework/model/flow/walk'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { writeProgram } from './export/program.ts'
import { readFlow } from './import/content.ts'

const content = (version: FlowVersion): unknown => {
  const { displayName, trigger, notes, schemaVersion, graph } = version
  return JSON.parse(
    JSON.stringify({ displayName, trigger, notes, schemaVersion, ...(graph ? { graph } : {}) }, (key, value) =>
      key === 'sampleData' ? undefined : value,
    ),
  )
}

function withGraph(version: FlowVersion): FlowVersion {
  const copy: FlowVersion = structuredClone(version)
  for (const step of walk(copy.trigger)) {
    step.displayName = `${step.name} ${ODD}{{x}}`
    if (step.type === 'CODE') step.settings.input = INPUT
    if (step.type === 'ROUTER')
      for (const branch of step.settings.branches) branch.branchName = `${branch.branchName}${ODD}`
  }
  if (copy.trigger.type === 'PIECE_TRIGGER')
    copy.trigger.settings.input = { a: '{{variables.by}}', b: 'x {{ variables["by"] }}' }
  const nodes = [{ id: 'start', type: 'trigger' as const, data: { mine: { keep: true } }, position: { x: 1, y: 2 } }]
  return {
    ...copy,
    displayName: ODD,
    graph: {
      description: 'd',
      variables: { by: [1, { a: null }], [ODD]: `${ODD} {{y}}` },
      nodes,
      edges: [],
      steps: [],
      shape: '',
    },
  }
}

/** Signs that end a line, a text or a comment in some place of a program. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: texts of people may hold templates
const ODD = 'a\0b\u2028\u2029\u0085\u007f\ufeff\r\n\t */ // <!-- `${x}` \\u0000 \'"'

/** Texts that are hard to print, and expressions in many spellings. */
const INPUT = {
  ...{ a: '{{variables.by}}', b: '{{ trigger["x"].y }}', c: '{{trigger.x.y}}', d: '{{trigger . x?.y}}', e: '{{}}' },
  // biome-ignore lint/suspicious/noTemplateCurlyInString: texts of people may hold templates
  ...{ f: '`${x}`\\ \'"\n\u2028 {{trigger.a}}{{trigger.constructor}}', g: '{{', h: '}}{{{trigger.b}}}', i: '' },
  ...{
    j: '{{ trigger.list.map((v) => v + 1) }}',
    k: 'x {{trigger.list.sort()}} {{trigger}}',
    l: [[], {}, null, -1.5e-9],
  },
  ...{ m: "{{connections.abc-1.x}}{{connections['d e'].y[0]}}", n: '{{trigger[0]["it\'s"]}}', o: '\ud800 \0 é 🎉' },
  ...{
    p: '{{flattenNestedKeys(trigger, ["a"])}} x',
    q: '{{trigger.a < 1 > (2)}}',
    'r s': { __proto__x: true, 't-u': 1 },
  },
  ...{
    v: '{{(a) => { return "}}" }}}',
    w: '{{await x}}',
    x: '{{this.y}}',
    y: '{{code.z}}',
    z: '{{variables.by.map((v) => v)}}',
  },
  ...{
    aa: ODD,
    bb: `{{trigger['\u2028\u2029']}} {{trigger.list.map((v) => v + "\u2028 \u2029")}} ${ODD}`,
    cc: "{{trigger['\0']}} {{trigger.list.map((v) => v + '\0')}}",
    [ODD]: { constructor: 1, toString: 2, hasOwnProperty: null },
  },
}

it('a flow comes back from its program unchanged', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 40, size: 'max' }), async (operations) => {
      const made = operations.reduce((before, { type, request }) => {
        try {
          return operate(before, type, resolve(request, before))
        } catch {
          return before
        }
      }, start())
      // Every other one was drawn as a graph, with variables.
      const version = operations.length % 2 === 0 ? made : withGraph(made)
      const { files } = writeProgram(version)
      const read = await readFlow(files, NOW)
      const { conversion, ...back } = read
      expect(conversion.notes).toEqual([])
      expect(JSON.parse(JSON.stringify(back))).toEqual(content(version))
    }),
    { numRuns: 60 },
  )
}, 120_000)
