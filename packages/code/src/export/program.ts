import { AppError } from '@piecework/model/errors'
import type { FlowVersion } from '@piecework/model/flow/flow'
import type { Action, Step, Trigger } from '@piecework/model/flow/step'
import { walk } from '@piecework/model/flow/walk'
import { calledBy, RETURN_RESPONSE, SUBFLOWS } from '../called.ts'
import {
  DETAILS_FILE,
  type Details,
  environmentName,
  FORMAT,
  type Helper,
  MAIN_FILE,
  PIECES_FILE,
  RUNTIME_FILE,
  type StepDetails,
  variablesOf,
  WAITING_PIECES,
} from '../dialect.ts'
import { createPlaces } from './places.ts'
import { printValue, quote } from './print.ts'
import { createTextWriter, type TextWriter } from './texts.ts'

/** The files of a program that say what the flow does. */
export interface ProgramFiles {
  files: Map<string, string>
  details: Details
  /** The packages of the code steps, as each step names them. */
  packages: string[]
  /** `name@version` of the pieces. */
  pieces: string[]
}

/** The rest of a program, as the module of one flow sees it. */
export interface Surroundings {
  /** The way from its folder to that of the whole program. */
  root: './' | '../../'
  /** The flow itself, by its external id. */
  flow?: string
  /** The file of each flow that can be called, from the folder of the whole program, by its external id. */
  callable: ReadonlyMap<string, string>
  /** The variables of the environment, of all flows together. */
  environment: ReturnType<typeof createEnvironmentNames>
}

interface Writer extends Surroundings {
  version: FlowVersion
  variables: ReadonlyMap<string, string>
  helpers: Set<Helper>
  files: Map<string, string>
  fileNames: Set<string>
  details: Map<string, StepDetails>
  packages: string[]
  pieces: Set<string>
  calls: Set<string>
  places: ReturnType<typeof createPlaces>
}

const NONE: ReadonlySet<string> = new Set()

const alone = (): Surroundings => ({ root: './', callable: new Map(), environment: createEnvironmentNames() })

/** The flow as a program. Pure: it reads nothing but the version. */
export function writeProgram(version: FlowVersion, surroundings: Surroundings = alone()): ProgramFiles {
  const names = [...walk(version.trigger)].map(({ name }) => name)
  const variables = variablesOf(names)
  const hasVariables = version.graph !== null && version.graph !== undefined
  const ambiguous = new Set<string>(hasVariables && variables.has('variables') ? ['variables'] : [])
  const ofFlow = new Map(hasVariables ? [['variables', 'variables']] : [])
  const known = ambiguous.size === 0 ? new Map([...variables, ...ofFlow]) : variables
  const helpers = new Set<Helper>(['program', 'event'])
  const connections = new Set<string>()
  const writer: Writer = {
    ...surroundings,
    version,
    variables,
    helpers,
    files: new Map(),
    fileNames: new Set(),
    details: new Map(),
    packages: [],
    pieces: new Set(),
    calls: new Set(),
    places: createPlaces(version.trigger),
  }
  const statements = new Map<string, Statement>()
  for (const step of walk(version.trigger)) {
    // The input of a trigger sees no steps, so that none can hide the variables.
    const seen = isTrigger(step) ? { variables: ofFlow, ambiguous: NONE } : { variables: known, ambiguous }
    const texts = createTextWriter({ ...seen, helpers, connections })
    const statement = isTrigger(step) ? writeTrigger(step, texts, writer) : writeStep(step, texts, writer)
    statements.set(step.name, statement)
    writer.places.mention(step.name, texts.mentioned)
    const spellings = texts.spellings()
    const details = detailsOf(step)
    writer.details.set(step.name, spellings.length > 0 ? { ...details, spellings } : details)
  }
  const { graph } = version
  const details: Details = {
    format: FORMAT,
    schemaVersion: version.schemaVersion ?? null,
    notes: version.notes,
    graph: graph ? { ...graph, ...{ variables: undefined } } : null,
    connections: [...connections].map((id) => [id, surroundings.environment(id)]),
    ...(surroundings.flow === undefined ? {} : { flow: surroundings.flow }),
    ...(writer.calls.size === 0 ? {} : { calls: [...writer.calls].map((id) => [fileOf(id, writer), id]) }),
    steps: [...writer.details.values()],
  }
  const body = writeChain(version.trigger.nextAction, '    ', statements, writer)
  writer.files.set(MAIN_FILE, writeMain(writer, statements, body))
  writer.files.set(DETAILS_FILE, `${JSON.stringify(details, undefined, 2)}\n`)
  return { files: writer.files, details, packages: writer.packages, pieces: [...writer.pieces] }
}

/** The lines around the steps. */
function writeMain(writer: Writer, statements: ReadonlyMap<string, Statement>, body: string): string {
  const { version, variables, places, helpers, root } = writer
  const graphVariables = version.graph?.variables
  const trigger = variables.get(version.trigger.name) ?? version.trigger.name
  const declared = declaration(places.declaredAtTop(), '    ', writer)
  const imported = [...helpers].sort().join(', ')
  return [
    '/** The steps of the flow; README.md says how to run it, and what it may be changed to. */',
    `import { ${imported}, type Value } from '${root}${RUNTIME_FILE}'`,
    `import details from './${DETAILS_FILE}' with { type: 'json' }`,
    `import { pieces } from '${root}${PIECES_FILE}'`,
    ...(graphVariables ? ['', `const variables: Value = ${printValue(graphVariables, '')}`] : []),
    '',
    'export default program(',
    '  {',
    `    name: ${quote(version.displayName)},`,
    '    details,',
    '    pieces,',
    ...(graphVariables ? ['    variables,'] : []),
    `    trigger: ${statements.get(version.trigger.name)?.call('    ')},`,
    '  },',
    `  async (${trigger}: Value) => {`,
    `${declared}${body}  },`,
    ')',
    '',
  ].join('\n')
}

interface Statement {
  /** The call that runs it. */
  call(indent: string): string
}

const isTrigger = (step: Step): step is Trigger => step.type === 'EMPTY' || step.type === 'PIECE_TRIGGER'

function detailsOf(step: Step): StepDetails {
  const { name, valid, lastUpdatedDate, settings } = step
  const details: StepDetails = { name, valid, lastUpdatedDate }
  if (step.type === 'EMPTY') return { ...details, settings: step.settings }
  if (typeof settings.customLogoUrl === 'string') details.customLogoUrl = settings.customLogoUrl
  if (step.type === 'PIECE' || step.type === 'PIECE_TRIGGER') details.propertySettings = step.settings.propertySettings
  if (step.type === 'CODE' || step.type === 'PIECE') {
    const { errorHandlingOptions } = step.settings
    if (errorHandlingOptions) details.errorHandlingOptions = errorHandlingOptions
  }
  if (step.type !== 'PIECE_TRIGGER' && step.skip !== undefined) details.skip = step.skip
  return details
}

/** Names the variable of the environment of each connection: one that no other connection has. */
export function createEnvironmentNames(): (externalId: string) => string {
  const known = new Map<string, string>()
  const used = new Set<string>()
  return (externalId) => {
    const before = known.get(externalId)
    if (before !== undefined) return before
    const base = environmentName(externalId)
    let name = base
    for (let number = 2; used.has(name); number++) name = `${base}_${number}`
    used.add(name)
    known.set(externalId, name)
    return name
  }
}

const fileOf = (externalId: string, { callable }: Writer): string => callable.get(externalId) ?? ''

type Argument = string | undefined | ((indent: string) => string)

/** A call in one line, or where that is too long, with each argument on a line of its own. */
function call(name: string, args: readonly Argument[], indent: string, before = ''): string {
  const given = [...args]
  while (given.at(-1) === undefined && given.length > 0) given.pop()
  const print = (at: string): string[] =>
    given.map((argument) => (typeof argument === 'function' ? argument(at) : (argument ?? 'undefined')))
  const whole = `${name}(${print(indent).join(', ')})`
  const [first = '', ...rest] = whole.split('\n')
  const isShort = indent.length + before.length + first.length <= WIDTH && (rest.at(-1)?.length ?? 0) <= WIDTH
  if (isShort) return whole
  const inner = `${indent}  `
  return `${name}(\n${print(inner)
    .map((argument) => `${inner}${argument},\n`)
    .join('')}${indent})`
}

const WIDTH = 110

/** The settings of a step that are not its input. */
function optionsOf(step: Step): string | undefined {
  const options: Record<string, unknown> = {}
  if (step.displayName !== step.name) options.title = step.displayName
  if (step.type === 'CODE' && step.settings.sourceCode.packageJson !== '{}')
    options.packageJson = step.settings.sourceCode.packageJson
  if (step.type === 'CODE' || step.type === 'PIECE') {
    const { retryOnFailure, continueOnFailure } = step.settings.errorHandlingOptions ?? {}
    if (retryOnFailure?.value === true) options.retry = true
    if (continueOnFailure?.value === true) options.continueOnFailure = true
  }
  if (!isTrigger(step) && step.skip === true) options.skip = true
  return Object.keys(options).length > 0 ? printValue(options, '') : undefined
}

const inputOf = (input: unknown, texts: TextWriter) => (indent: string) => {
  const printed = printValue(input, indent, texts.print)
  return printed.startsWith('{') ? `() => (${printed})` : `() => ${printed}`
}

/** The text is printed once, so that it is known what it mentions, and then again where it stands. */
function later(write: (indent: string) => string): Statement {
  write('')
  return { call: write }
}

const pieceKey = ({ pieceName, pieceVersion }: { pieceName: string; pieceVersion: string }): string =>
  `${pieceName}@${pieceVersion}`

function writeTrigger(trigger: Trigger, texts: TextWriter, writer: Writer): Statement {
  const options = optionsOf(trigger)
  if (trigger.type === 'EMPTY')
    return later((indent) => call('event', [quote(trigger.name), undefined, undefined, undefined, options], indent))
  const { settings } = trigger
  writer.pieces.add(pieceKey(settings))
  const triggerName = settings.triggerName === undefined ? undefined : quote(settings.triggerName)
  const args = [quote(trigger.name), quote(pieceKey(settings)), triggerName, inputOf(settings.input, texts), options]
  return later((indent) => call('event', args, indent, 'trigger: '))
}

function writeStep(step: Action, texts: TextWriter, writer: Writer): Statement {
  const { helpers } = writer
  const name = quote(step.name)
  const options = optionsOf(step)
  const run = (helper: Helper, args: readonly Argument[]) => (indent: string) =>
    call(`await ${helper}`, args, indent, `const ${step.name} = `)
  switch (step.type) {
    case 'CODE': {
      helpers.add('code')
      const file = writeCode(step.name, step.settings.sourceCode.code, writer)
      writer.packages.push(step.settings.sourceCode.packageJson)
      const load = `() => import(${quote(`./${file}`)})`
      return later(run('code', [name, load, inputOf(step.settings.input, texts), options]))
    }
    case 'PIECE': {
      const { settings } = step
      const input = inputOf(settings.input, texts)
      const called = calledBy(step)
      if (called !== undefined && writer.callable.has(called)) {
        helpers.add('callFlow')
        writer.pieces.add(pieceKey(settings))
        writer.calls.add(called)
        const load = `() => import(${quote(writer.root + fileOf(called, writer))})`
        return later(run('callFlow', [name, quote(pieceKey(settings)), load, input, options]))
      }
      if (settings.pieceName === SUBFLOWS && settings.actionName === RETURN_RESPONSE) {
        helpers.add('returnResponse')
        writer.pieces.add(pieceKey(settings))
        return later(run('returnResponse', [name, quote(pieceKey(settings)), input, options]))
      }
      const helper = WAITING_PIECES.has(settings.pieceName) ? 'pause' : 'piece'
      helpers.add(helper)
      writer.pieces.add(pieceKey(settings))
      const action = settings.actionName === undefined ? undefined : quote(settings.actionName)
      return later(run(helper, [name, quote(pieceKey(settings)), action, input, options]))
    }
    case 'LOOP_ON_ITEMS':
      helpers.add('loop').add('rounds')
      return later(run('loop', [name, inputOf(step.settings.items, texts), options]))
    case 'ROUTER': {
      const helper = step.settings.executionType === 'EXECUTE_FIRST_MATCH' ? 'firstMatch' : 'everyMatch'
      helpers.add(helper)
      if (step.children.some((child) => child !== null)) helpers.add('takes')
      return later(run(helper, [name, inputOf(step.settings.branches, texts), options]))
    }
    default:
      throw noProgram(step)
  }
}

const noProgram = ({ name, type }: Pick<Step, 'name' | 'type'>): AppError =>
  new AppError('VALIDATION', { message: `The step ${name} is of the kind ${type}, which has no form in a program.` })

/** The code of a step as a file: a module, or where it has neither imports nor exports, CommonJS. */
function writeCode(name: string, code: string, { files, fileNames }: Writer): string {
  const isModule = /^\s*(?:export|import)\b/m.test(code)
  let base = name
  for (let number = 2; fileNames.has(base.toLowerCase()); number++) base = `${name}_${number}`
  fileNames.add(base.toLowerCase())
  const file = `steps/${base}.${isModule ? 'ts' : 'cts'}`
  files.set(file, code)
  return file
}

/** The variables that are known before their steps. */
function declaration(names: readonly string[], indent: string, { variables }: Writer): string {
  if (names.length === 0) return ''
  return `${indent}let ${names.map((name) => `${variables.get(name)}: Value`).join(', ')}\n`
}

function writeChain(
  first: Action | null | undefined,
  indent: string,
  statements: ReadonlyMap<string, Statement>,
  writer: Writer,
): string {
  const { variables, places } = writer
  const lines: string[] = []
  for (let step = first ?? undefined; step; step = step.nextAction) {
    const variable = variables.get(step.name) ?? step.name
    const assignment = places.isDeclaredBefore(step.name) ? variable : `const ${variable}`
    lines.push(`${indent}${assignment} = ${statements.get(step.name)?.call(indent)}\n`)
    if (step.type === 'LOOP_ON_ITEMS') {
      const inner = `${indent}  `
      const declared = declaration(places.declaredIn(step.name), inner, writer)
      const body = writeChain(step.firstLoopAction, inner, statements, writer)
      lines.push(
        `${indent}for (const _ of rounds(${variable})) {${declared || body ? `\n${declared}${body}${indent}` : ''}}\n`,
      )
    }
    if (step.type === 'ROUTER') lines.push(writeBranches(step, variable, indent, statements, writer))
  }
  return lines.join('')
}

function writeBranches(
  { settings: { branches, executionType }, children }: Extract<Action, { type: 'ROUTER' }>,
  variable: string,
  indent: string,
  statements: ReadonlyMap<string, Statement>,
  writer: Writer,
): string {
  const names = branches.map(({ branchName }) => branchName)
  let printed = ''
  for (const [index, child] of children.entries()) {
    if (child === null) continue
    const name = names[index] ?? ''
    const isClear = name !== '' && !name.includes('{{') && names.indexOf(name) === names.lastIndexOf(name)
    const condition = `if (takes(${variable}, ${isClear ? quote(name) : index})) {`
    const isFirst = printed === '' || executionType === 'EXECUTE_ALL_MATCH'
    printed = isFirst ? `${printed}${indent}${condition}\n` : `${printed.slice(0, -1)} else ${condition}\n`
    printed += `${writeChain(child, `${indent}  `, statements, writer)}${indent}}\n`
  }
  return printed
}
