import { StepName } from '@piecework/model/flow/step'
import { isUsableStepName, unusableStepName } from '@piecework/model/flow/step-name'
import {
  type CallExpression,
  type ForOfStatement,
  type IfStatement,
  type Node,
  type Statement,
  SyntaxKind,
} from 'typescript/unstable/ast'
import * as is from 'typescript/unstable/ast/is'
import { CALL_FLOW, externalIdIn, RETURN_RESPONSE } from '../called.ts'
import { type Details, type Helper, nameOf } from '../dialect.ts'
import type { Parsed } from './parse.ts'
import {
  errorsOf,
  importOf,
  isMap,
  isMissing,
  type Json,
  lookOf,
  noted,
  type Reading,
  readCode,
  readInput,
  readOptions,
  readPiece,
  skipOf,
  thunk,
} from './settings.ts'
import { createValueReader, type ValueReader } from './values.ts'

/** Reads the statements of a program back into the content of a flow, which is checked by its reader. */

export interface ProgramContent {
  displayName: string
  trigger: Json
  variables: Record<string, unknown> | undefined
}

/** @throws CodeRefusal */
export function readProgram(
  parsed: Parsed,
  files: ReadonlyMap<string, string>,
  details: Details,
  now: string,
): ProgramContent {
  const byName = new Map(details.steps.map((step) => [step.name, step]))
  const reading: Reading = {
    ...{ ...parsed, files, details: byName, names: new Map(), used: new Set(), now },
    calls: new Map(details.calls),
  }
  const { source, refuse } = parsed
  let main: CallExpression | undefined
  let variables: Record<string, unknown> | undefined
  for (const statement of source.statements) {
    if (is.isImportDeclaration(statement)) continue
    if (is.isExportAssignment(statement) && is.isCallExpression(statement.expression)) {
      if (main) refuse(statement, 'A file has one program.')
      main = statement.expression
    } else if (is.isVariableStatement(statement)) {
      const [declared] = statement.declarationList.declarations
      const isVariables = declared && is.isIdentifier(declared.name) && declared.name.text === 'variables'
      if (!isVariables || !declared.initializer)
        return refuse(statement, "Only 'const variables = { … }' can be outside of the program.")
      const value = createValueReader(reading, () => undefined).json(declared.initializer)
      if (!isMap(value)) return refuse(declared.initializer, 'Variables are an object.')
      variables = value
    } else refuse(statement, 'Outside of the program are imports and variables alone.')
  }
  if (!main || helperOf(main) !== 'program')
    return refuse(main ?? source, "The program must be 'export default program({ … }, async (trigger) => { … })'.")
  const [head, body] = main.arguments
  if (!head || !is.isObjectLiteralExpression(head)) return refuse(main, "The first part of 'program' is an object.")
  if (!body || !is.isArrowFunction(body) || !is.isBlock(body.body) || body.parameters.length > 1)
    return refuse(body ?? main, "The second part of 'program' is 'async (trigger) => { … }'.")

  const parameter = body.parameters[0]?.name
  if (parameter && !is.isIdentifier(parameter)) return refuse(parameter, 'The trigger has a plain name.')
  let displayName = ''
  let event: CallExpression | undefined
  for (const property of head.properties) {
    if (is.isShorthandPropertyAssignment(property)) continue
    if (!is.isPropertyAssignment(property) || !is.isIdentifier(property.name))
      return refuse(property, "'program' takes name, details, pieces, variables and trigger.")
    const { initializer } = property
    if (property.name.text === 'name') displayName = createValueReader(reading, () => undefined).text(initializer)
    else if (property.name.text === 'trigger' && is.isCallExpression(initializer)) event = initializer
    else refuse(property, "'program' takes name, details, pieces, variables and trigger.")
  }
  if (!event || helperOf(event) !== 'event') return refuse(head, "The trigger is written as 'trigger: event(…)'.")
  if (variables) reading.names.set('variables', 'variables')
  const trigger = readTrigger(event, parameter?.text, reading)
  // Steps are named before they are mentioned: an expression may name one that comes later.
  nameSteps(body.body.statements, reading)
  const first = readChain(body.body.statements, reading)
  return { displayName, trigger: first ? { ...trigger, nextAction: first } : trigger, variables }
}

/** The function of the runtime that is called. */
function helperOf(node: Node): string | undefined {
  return is.isCallExpression(node) && is.isIdentifier(node.expression) ? node.expression.text : undefined
}

const STEPS: ReadonlySet<string> = new Set<Helper>([
  'code',
  'piece',
  'pause',
  'callFlow',
  'returnResponse',
  'loop',
  'firstMatch',
  'everyMatch',
])

interface StepCall {
  call: CallExpression
  variable: string | undefined
  node: Statement
}

/** `const x = await step(…)`, `x = await step(…)` or `await step(…)`; undefined for any other statement. */
function stepOf(statement: Statement): StepCall | undefined {
  let value: Node | undefined
  let variable: string | undefined
  if (is.isVariableStatement(statement) && statement.declarationList.declarations.length === 1) {
    const [declared] = statement.declarationList.declarations
    if (!declared?.initializer || !is.isIdentifier(declared.name)) return undefined
    value = declared.initializer
    variable = declared.name.text
  } else if (is.isExpressionStatement(statement)) {
    value = statement.expression
    if (
      is.isBinaryExpression(value) &&
      value.operatorToken.kind === SyntaxKind.EqualsToken &&
      is.isIdentifier(value.left)
    ) {
      variable = value.left.text
      value = value.right
    }
  }
  if (!value || !is.isAwaitExpression(value)) return undefined
  const call = value.expression
  if (!is.isCallExpression(call) || !STEPS.has(helperOf(call) ?? '')) return undefined
  return { call, variable, node: statement }
}

/** The name that a step was exported with: the first text of its call. */
function namedIn(call: CallExpression, { refuse }: Parsed): string {
  const [name] = call.arguments
  if (!name || !is.isStringLiteral(name)) return refuse(call, 'The first part of a step is its name, as a text.')
  return name.text
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

function addName(node: Node, variable: string | undefined, named: string, reading: Reading, isTrigger = false): string {
  const name = variable === undefined ? named : nameOf(variable, named)
  const rule = StepName.safeParse(name).error?.issues[0]
  if (rule) return reading.refuse(node, `A step cannot be named ${JSON.stringify(name)}: its name ${rule.message}.`)
  // A flow from before this rule keeps its names until it is imported, which tells of the new ones.
  if (!isUsableStepName(name, isTrigger) && !reading.details.has(name))
    return reading.refuse(node, `${capital(unusableStepName(name))}.`)
  if (reading.used.has(name)) return reading.refuse(node, `Two steps are named '${name}'.`)
  reading.used.add(name)
  reading.names.set(variable ?? name, name)
  return name
}

function nameSteps(statements: Iterable<Statement>, reading: Reading): void {
  for (const statement of statements) {
    const step = stepOf(statement)
    if (step) addName(statement, step.variable, namedIn(step.call, reading), reading)
    else if (is.isForOfStatement(statement)) nameSteps(blockOf(statement.statement), reading)
    else
      for (let at: Node | undefined = statement; at && is.isIfStatement(at); at = at.elseStatement)
        nameSteps(blockOf(at.thenStatement), reading)
  }
}

const blockOf = (statement: Statement): Iterable<Statement> =>
  is.isBlock(statement) ? statement.statements : [statement]

function readTrigger(event: CallExpression, variable: string | undefined, reading: Reading): Json {
  const named = namedIn(event, reading)
  const name = addName(event, variable, named, reading, true)
  const details = noted(named, reading)
  // The name of the trigger itself may be the same: its variable is another then.
  const seen = (text: string) => (text === 'variables' ? reading.names.get(text) : undefined)
  const values = createValueReader(reading, seen, new Map(details.spellings ?? []))
  const [, piece, trigger, input, optionsNode] = event.arguments
  const options = readOptions(optionsNode, values, reading)
  const base = {
    name,
    valid: details.valid,
    displayName: options.title ?? name,
    lastUpdatedDate: details.lastUpdatedDate,
  }
  if (!piece || isMissing(piece)) return { ...base, type: 'EMPTY', settings: details.settings ?? {} }
  return {
    ...base,
    type: 'PIECE_TRIGGER',
    settings: {
      ...readPiece(piece, values, reading),
      ...(trigger && !isMissing(trigger) ? { triggerName: values.text(trigger) } : {}),
      input: readInput(input, values, reading),
      ...lookOf(details),
      propertySettings: details.propertySettings ?? {},
    },
  }
}

/** @returns the first step of a row of statements */
function readChain(statements: Iterable<Statement>, reading: Reading): Json | undefined {
  const steps: Json[] = []
  const list = [...statements]
  let variable: string | undefined
  for (let index = 0; index < list.length; index++) {
    const statement = list[index]
    if (!statement) continue
    const found = stepOf(statement)
    if (found) {
      const following = list.slice(index + 1)
      const { step, taken } = readStep(found, following, reading)
      steps.push(step)
      index += taken
      variable = found.variable
    } else if (!isDeclaration(statement, reading)) {
      reading.refuse(statement, explain(statement, variable))
    }
  }
  return steps.reduceRight<Json | undefined>((next, step) => (next ? { ...step, nextAction: next } : step), undefined)
}

function explain(statement: Statement, before: string | undefined): string {
  if (is.isForOfStatement(statement))
    return "A loop follows its step: 'const each = await loop(…)', then 'for (const _ of rounds(each))'."
  if (is.isIfStatement(statement))
    return `A branch follows its step: 'const ways = await firstMatch(…)', then 'if (takes(ways, …))'${before ? `; '${before}' is before it` : ''}.`
  return "This is no step: steps are 'const name = await code(…)', piece, pause, callFlow, returnResponse, loop, firstMatch or everyMatch."
}

/** `let a: Value, b: Value` only makes names known. */
function isDeclaration(statement: Statement, { names }: Reading): boolean {
  if (statement.kind === SyntaxKind.EmptyStatement) return true
  return (
    is.isVariableStatement(statement) &&
    [...statement.declarationList.declarations].every(
      ({ name, initializer }) => initializer === undefined && is.isIdentifier(name) && names.has(name.text),
    )
  )
}

/** @returns the step, and how many of the statements behind it belong to it */
function readStep(found: StepCall, following: readonly Statement[], reading: Reading): { step: Json; taken: number } {
  const { call, variable, node } = found
  const named = namedIn(call, reading)
  const name = variable === undefined ? named : nameOf(variable, named)
  const details = noted(named, reading)
  const values = createValueReader(reading, (text) => reading.names.get(text), new Map(details.spellings ?? []))
  const helper = helperOf(call)
  const [, second, third, fourth, fifth] = call.arguments
  const optionsNode = [third, fourth, fifth][OPTIONS_AT.get(helper ?? '') ?? 0]
  const options = readOptions(optionsNode, values, reading)
  const base = {
    name,
    valid: details.valid,
    displayName: options.title ?? name,
    ...skipOf(options.skip, details.skip),
    lastUpdatedDate: details.lastUpdatedDate,
  }
  const look = lookOf(details)
  if (helper === 'code') {
    const code = readCode(second, node, reading)
    const errors = errorsOf(options, details.errorHandlingOptions)
    const settings = {
      sourceCode: { code, packageJson: options.packageJson ?? '{}' },
      input: readInput(third, values, reading),
    }
    return { step: { ...base, type: 'CODE', settings: { ...settings, ...errors, ...look } }, taken: 0 }
  }
  if (helper !== undefined && PIECES.has(helper)) {
    const input = readInput(helper === 'returnResponse' ? third : fourth, values, reading)
    if (helper === 'callFlow') requireFlow(third, input, node, reading)
    const action = OWN_ACTIONS.get(helper) ?? (third && !isMissing(third) ? values.text(third) : undefined)
    const settings = {
      ...readPiece(second ?? reading.refuse(node, 'A piece is missing.'), values, reading),
      ...(action === undefined ? {} : { actionName: action }),
      input,
      propertySettings: details.propertySettings ?? {},
      ...errorsOf(options, details.errorHandlingOptions),
      ...look,
    }
    return { step: { ...base, type: 'PIECE', settings }, taken: 0 }
  }
  if (helper === 'loop') {
    const items = values.value(thunk(second, node, reading))
    if (typeof items !== 'string') return reading.refuse(node, 'The items of a loop are an expression.')
    const [next] = following
    if (!next || !is.isForOfStatement(next))
      return reading.refuse(node, `Behind a loop is 'for (const _ of rounds(${variable}))'.`)
    const first = readChain(bodyOf(next, variable, reading), reading)
    const step = { ...base, type: 'LOOP_ON_ITEMS', settings: { items, ...look } }
    return { step: first ? { ...step, firstLoopAction: first } : step, taken: 1 }
  }
  const branches = values.value(thunk(second, node, reading))
  if (!Array.isArray(branches)) return reading.refuse(node, 'The branches are a list.')
  for (const branch of branches) requireBranch(branch, second ?? node, reading)
  const children: (Json | null)[] = branches.map(() => null)
  let taken = 0
  for (const next of following) {
    if (!is.isIfStatement(next) || !takesOf(next, variable)) break
    readBranches(next, variable, branches, children, values, reading)
    taken += 1
  }
  const executionType = helper === 'firstMatch' ? 'EXECUTE_FIRST_MATCH' : 'EXECUTE_ALL_MATCH'
  return { step: { ...base, type: 'ROUTER', settings: { branches, executionType, ...look }, children }, taken }
}

const PIECES: ReadonlySet<string> = new Set<Helper>(['piece', 'pause', 'callFlow', 'returnResponse'])
/** The place of the options of a step, behind its name and what it does. */
const OPTIONS_AT: ReadonlyMap<string, number> = new Map<Helper, number>([
  ['code', 1],
  ['returnResponse', 1],
  ['piece', 2],
  ['pause', 2],
  ['callFlow', 2],
])
/** The actions of pieces that have a helper of their own. */
const OWN_ACTIONS: ReadonlyMap<string, string> = new Map<Helper, string>([
  ['callFlow', CALL_FLOW],
  ['returnResponse', RETURN_RESPONSE],
])

/** The module of a called flow, and the flow that the input names, are the same one. */
function requireFlow(load: Node | undefined, input: Json, at: Node, reading: Reading): void {
  const path = importOf(load, at, "The called flow is written as '() => import('./flows/name/main.ts')'.", reading)
  const file = path.text.replace(/^(?:\.{1,2}\/)+/, '')
  const wanted = reading.calls.get(file)
  const named = externalIdIn(input)
  if (named === undefined) reading.refuse(at, "The input names the called flow: 'flow: { externalId: '…' }'.")
  if (wanted !== undefined && wanted !== named)
    reading.refuse(path, `${file} is the flow '${wanted}', and the input names '${named}': change both.`)
}

function requireBranch(branch: unknown, node: Node, { refuse }: Parsed): void {
  if (!isMap(branch) || typeof branch.branchName !== 'string')
    refuse(node, "A branch is '{ branchType, branchName, conditions }'.")
}

function bodyOf(loop: ForOfStatement, variable: string | undefined, { refuse }: Reading): Iterable<Statement> {
  const { expression } = loop
  const [list] = is.isCallExpression(expression) ? expression.arguments : []
  const isRounds = helperOf(expression) === 'rounds' && list && is.isIdentifier(list) && list.text === variable
  if (!isRounds) return refuse(expression, `The loop goes over 'rounds(${variable})'.`)
  return blockOf(loop.statement)
}

/** The branch that an `if` is about. */
function takesOf(statement: IfStatement, variable: string | undefined): Node | undefined {
  const { expression } = statement
  if (!is.isCallExpression(expression) || helperOf(expression) !== 'takes') return undefined
  const [router, branch] = expression.arguments
  return router && is.isIdentifier(router) && router.text === variable ? branch : undefined
}

function readBranches(
  first: IfStatement,
  variable: string | undefined,
  branches: readonly unknown[],
  children: (Json | null)[],
  values: ValueReader,
  reading: Reading,
): void {
  const { refusal } = reading
  for (let at: Node | undefined = first; at; ) {
    if (!is.isIfStatement(at))
      throw refusal(at, "The last way is a branch of its own: '{ branchType: 'FALLBACK', … }'.")
    const branch = takesOf(at, variable)
    if (!branch) throw refusal(at.expression, `The condition of a branch is 'takes(${variable}, …)'.`)
    const wanted = is.isNumericLiteral(branch) ? Number(branch.text) : values.text(branch)
    const index =
      typeof wanted === 'number' ? wanted : branches.findIndex((one) => isMap(one) && one.branchName === wanted)
    if (!(index in children)) throw refusal(branch, `There is no branch ${JSON.stringify(wanted)}.`)
    if (children[index]) throw refusal(branch, 'This branch is there twice.')
    children[index] = readChain(blockOf(at.thenStatement), reading) ?? null
    at = at.elseStatement
  }
}
