import { type BlockStatement, type Expression, type Program, type Statement, Visitor } from 'oxc-parser'
import { lineReader } from './lines.ts'

/**
 * Finds calls that an async function returns without `await` from a block with `using`, or `await using`. The resource
 * is disposed of when the block ends, and the call may go on for longer.
 * @returns their lines.
 */
export function readEarlyReturns(text: string, program: Program): number[] {
  if (!/\busing\s/.test(text)) return []
  const lineOf = lineReader(text)
  const found = new Set<number>()
  const isAsync: boolean[] = []
  const enter = (node: { async?: boolean }): void => void isAsync.push(node.async === true)
  const leave = (): void => void isAsync.pop()
  new Visitor({
    FunctionDeclaration: enter,
    FunctionExpression: enter,
    ArrowFunctionExpression: enter,
    'FunctionDeclaration:exit': leave,
    'FunctionExpression:exit': leave,
    'ArrowFunctionExpression:exit': leave,
    BlockStatement(block) {
      if (isAsync.at(-1) !== true) return
      for (const { start } of returnsAfterUsing(block)) found.add(lineOf(start))
    },
  }).visit(program)
  return [...found]
}

/** The statements that leave a block with a call, behind its first `using`. */
function returnsAfterUsing({ body }: BlockStatement): Expression[] {
  const first = body.findIndex((statement) => statement.type === 'VariableDeclaration' && /using$/.test(statement.kind))
  return first < 0 ? [] : body.slice(first).flatMap(callsReturnedBy)
}

/** Looks into the statements inside of one, but not into functions: these return for themselves. */
function callsReturnedBy(statement: Statement): Expression[] {
  switch (statement.type) {
    case 'ReturnStatement':
      return statement.argument && isCall(statement.argument) ? [statement.argument] : []
    case 'BlockStatement':
      return statement.body.flatMap(callsReturnedBy)
    case 'IfStatement':
      return [statement.consequent, ...(statement.alternate ? [statement.alternate] : [])].flatMap(callsReturnedBy)
    case 'TryStatement':
      return [statement.block, statement.handler?.body, statement.finalizer].flatMap((part) =>
        part ? callsReturnedBy(part) : [],
      )
    case 'SwitchStatement':
      return statement.cases.flatMap(({ consequent }) => consequent.flatMap(callsReturnedBy))
    case 'ForStatement':
    case 'ForInStatement':
    case 'ForOfStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'LabeledStatement':
      return callsReturnedBy(statement.body)
    default:
      return []
  }
}

function isCall(value: Expression): boolean {
  switch (value.type) {
    case 'CallExpression':
      return true
    case 'NewExpression':
      return value.callee.type === 'Identifier' && value.callee.name === 'Promise'
    case 'ConditionalExpression':
      return isCall(value.consequent) || isCall(value.alternate)
    case 'LogicalExpression':
      return isCall(value.right)
    default:
      return false
  }
}
