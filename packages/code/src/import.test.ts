import type { FlowVersion } from '@piecework/model/flow/flow'
import { code, flow, loop, NOW, outline, piece, router, stepOf } from '@piecework/model/flow/testing'
import { expect, it } from 'vitest'
import { writeProgram } from './export/program.ts'
import { readFlow } from './import/content.ts'
import { CodeRefusal } from './import/refusal.ts'

const version = flow(
  code('first', { a: '{{trigger.x}}' }),
  loop('each', [piece('send', { to: 'Dear {{each.item.name}}', all: '{{first.list.map((v) => v.id)}}' })]),
  router('ways', [[code('yes')], [code('no')]]),
)
const { files } = writeProgram(version)
const main = files.get('main.ts') ?? ''

/** The flow of the program with one change. */
async function edited(from: string | RegExp, to: string, more: [string, string][] = []): Promise<FlowVersion> {
  const text = main.replace(from, to)
  expect(text).not.toBe(main)
  const { trigger } = await readFlow(new Map([...files, ...more, ['main.ts', text]]), NOW)
  return { ...version, trigger }
}

it('a new step comes back as a step', async () => {
  const added =
    "const second = await code('second', () => import('./steps/second.ts'), () => ({ b: first?.c ?? '' }))\n"
  const after = await edited('    const each =', `    ${added}    const each =`, [
    ['steps/second.ts', 'export const code = 1'],
  ])
  expect(outline(after)).toBe('trigger first second each(send) ways(yes|no)')
  expect(stepOf(after, 'second')).toMatchObject({
    displayName: 'second',
    settings: { input: { b: '{{first.c}}' }, sourceCode: { code: 'export const code = 1' } },
  })
})

it('another condition, another order, another input', async () => {
  expect(stepOf(await edited("'EXISTS'", "'DOES_NOT_EXIST'"), 'ways').settings).toMatchObject({
    branches: [{ conditions: [[{ operator: 'DOES_NOT_EXIST' }]] }, {}],
  })
  const line = main.split('\n').find((text) => text.includes('const first')) ?? ''
  const moved = main.replace(`${line}\n`, '').replace('    const ways', `${line}\n    const ways`)
  const { trigger } = await readFlow(new Map([...files, ['main.ts', moved]]), NOW)
  expect(outline({ ...version, trigger })).toBe('trigger each(send) first ways(yes|no)')
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a part of the program
  const after = await edited('`Dear ${text(each?.item?.name)}`', '`${text(each?.index)}: ${text(trigger?.y)}`')
  expect(stepOf(after, 'send').settings).toMatchObject({ input: { to: '{{each.index}}: {{trigger.y}}' } })
})

it('a renamed variable renames the step, where it is mentioned, too', async () => {
  const renamed = main.replaceAll(/\bfirst\b(?!')/g, 'start').replace('steps/start.ts', 'steps/first.ts')
  const { trigger } = await readFlow(new Map([...files, ['main.ts', renamed]]), NOW)
  const after = { ...version, trigger }
  expect(outline(after)).toBe('trigger start each(send) ways(yes|no)')
  expect(stepOf(after, 'send').settings).toMatchObject({ input: { all: '{{start.list.map((v) => v.id)}}' } })
})

it('options switch what a step does when it fails', async () => {
  const after = await edited(
    /const first = await code\(([^\n]*)\)\n/,
    'const first = await code($1, { retry: true, title: "The first" })\n',
  )
  expect(stepOf(after, 'first')).toMatchObject({
    displayName: 'The first',
    settings: { errorHandlingOptions: { retryOnFailure: { value: true }, continueOnFailure: { value: false } } },
  })
})

const REFUSED: [string, string | RegExp, string, RegExp][] = [
  ['a statement', '    const each', "    console.log('x')\n    const each", /This is no step/],
  ['a loop of its own', '    const each', '    while (true) {}\n    const each', /This is no step/],
  ['an unknown step', 'trigger?.x', 'nobody?.x', /There is no step 'nobody'/],
  ['a call', "trigger?.x ?? ''", 'fetch(trigger)', /no value of a flow/],
  ['a spread', '({ a:', '({ ...trigger, a:', /names and values alone/],
  ['braces in a text', "trigger?.x ?? ''", "'{{trigger.x}}'", /cannot hold '\{\{ \}\}'/],
  ['a missing file', './steps/first.ts', './steps/other.ts', /no file steps\/other\.ts/],
  ['two steps of a name', "const no = await code('no'", "const yes = await code('yes'", /Two steps are named 'yes'/],
  ['a branch that is not there', "takes(ways, 'Branch 1')", "takes(ways, 'Branch 7')", /no branch "Branch 7"/],
  ['a name of the language', 'const first', 'const constructor', /A step cannot be named constructor/],
  ['the name of a prototype', 'const first', 'const __proto__', /A step cannot be named __proto__/],
  ['a name with other letters', 'const first', 'const größe', /"größe": its name must start with a letter/],
  ['a name that holds nothing', "const first = await code('first'", "await code('\\0'", /named "\\u0000": its name/],
  ['a name over two lines', "const first = await code('first'", "await code('a\\u2028b'", /its name must start/],
  ['a mistake', 'async (trigger: Value) =>', 'async (trigger: Value =>', /./],
  ['another program', 'export default program(', 'export default other(', /must be 'export default program/],
]
it.each(REFUSED)('refuses %s with its line', async (_, from, to, reason) => {
  const text = main.replace(from, to)
  expect(text).not.toBe(main)
  const refusal = await readFlow(new Map([...files, ['main.ts', text]]), NOW).catch((error: unknown) => error)
  if (!(refusal instanceof CodeRefusal)) throw new Error(`It was not refused: ${JSON.stringify(refusal)}`)
  expect(refusal.reason).toMatch(reason)
  const [before = ''] = to.split('\n')
  const line = text.split('\n').findLastIndex((shown) => shown.includes(before.trim().slice(0, 30))) + 1
  expect({ file: refusal.file, line: refusal.line }).toEqual({ file: 'main.ts', line })
})

it.each(['__proto__', 'constructor', 'toString', 'JSON'])(
  'an older step %s comes back with a name that it may have',
  async (name) => {
    const older = flow(code(name, { a: 1 }), code('second', { b: `{{${name}.x}} {{${name}['y'].map((v) => v)}}` }))
    const { trigger, conversion } = await readFlow(writeProgram(older).files, NOW)
    expect(outline({ ...older, trigger })).toBe('trigger step_1 second')
    expect(conversion.notes).toMatchObject([{ stepName: 'step_1', message: expect.stringContaining(name) }])
    expect(stepOf({ ...older, trigger }, 'second').settings).toMatchObject({
      input: { b: "{{step_1.x}} {{step_1['y'].map((v) => v)}}" },
    })
  },
)
