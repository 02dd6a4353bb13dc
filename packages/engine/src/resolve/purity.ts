import { parseExpression } from '@piecework/model/flow/expression-tokens'
import type { AnyNode, Expression, Pattern, SpreadElement, Super } from 'acorn'

/**
 * Whether an expression leaves the values that it reads as they are. Such an expression may read the live outputs of
 * steps, any other gets copies. Pure are literals, operators, reading of members, functions with a pure body, and
 * calls of methods that are known to change nothing and are handed no function that could.
 */
export function isPure(source: string): boolean {
  const tree = parseExpression(source)
  if (tree === undefined) return false
  const shadowed = new Set<string>()
  return isPureNode(tree, shadowed) && ![...shadowed].some((name) => FUNCTIONS.has(name) || GLOBALS.has(name))
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/))

/** Functions of all code that change nothing that they are given. */
const FUNCTIONS = words(
  'Array BigInt Boolean Date Number Object RegExp String Symbol atob btoa decodeURI decodeURIComponent encodeURI encodeURIComponent ' +
    'flattenNestedKeys isFinite isNaN parseFloat parseInt structuredClone',
)
const CLASSES = words('Array Date Error Map Number Object RegExp Set String TypeError URL URLSearchParams')
/** Globals with more members than this module knows. */
const GLOBALS = words(
  'Array ArrayBuffer Atomics BigInt Boolean Buffer Date Error Function Intl JSON Map Math Number Object Promise Proxy Reflect RegExp ' +
    'Set String Symbol WeakMap WeakRef WeakSet console global globalThis process require',
)
/** Methods that call functions that they are given, or members of what they are given. */
const WITH_CALLBACK = words(
  'every filter find findIndex findLast findLastIndex flatMap forEach from fromAsync groupBy map parse reduce reduceRight replace ' +
    'replaceAll some stringify toSorted',
)
/** Methods among these that take a value before the function. */
const AFTER_VALUE = words('from fromAsync groupBy parse replace replaceAll stringify')
const METHODS = words(
  'UTC abs acos asin at atan atan2 cbrt ceil charAt charCodeAt codePointAt concat cos difference endsWith entries escape exec exp ' +
    'flat floor fromCharCode fromCodePoint fromEntries get getAll getDate getDay getFullYear getHours getMilliseconds getMinutes ' +
    'getMonth getSeconds getTime getTimezoneOffset getUTCDate getUTCDay getUTCFullYear getUTCHours getUTCMilliseconds ' +
    'getUTCMinutes getUTCMonth getUTCSeconds has hasOwn hasOwnProperty hypot includes indexOf intersection is isArray isFinite ' +
    'isInteger isNaN isSafeInteger isWellFormed join keys lastIndexOf localeCompare log log10 log2 match matchAll max min ' +
    'normalize now of padEnd padStart parseFloat parseInt pow random repeat round search sign sin slice split sqrt startsWith ' +
    'substr substring symmetricDifference tan test toDateString toFixed toISOString toJSON toLocaleDateString toLocaleLowerCase ' +
    'toLocaleString toLocaleTimeString toLocaleUpperCase toLowerCase toPrecision toReversed toSpliced toString toTimeString ' +
    'toUTCString toUpperCase toWellFormed trim trimEnd trimLeft trimRight trimStart trunc union valueOf values with',
)
/** Members that are, or lead to, functions that change what they are called on. Nobody may get hold of them. */
const DANGEROUS = words(
  '__defineGetter__ __defineSetter__ __lookupGetter__ __lookupSetter__ __proto__ add append apply assign bind call clear constructor ' +
    'copyWithin defineProperties defineProperty delete fill freeze pop preventExtensions prototype push reverse seal set ' +
    'setPrototypeOf shift sort splice unshift',
)

type Node = Expression | SpreadElement | Super | Pattern | AnyNode | null | undefined

function isPureNode(node: Node, bound: Set<string>): boolean {
  const all = (nodes: readonly Node[]): boolean => nodes.every((one) => isPureNode(one, bound))
  if (node === null || node === undefined) return true
  switch (node.type) {
    case 'Literal':
    case 'Identifier':
    case 'TemplateElement':
    case 'EmptyStatement':
      return true
    case 'TemplateLiteral':
      return all(node.expressions)
    case 'UnaryExpression':
      return node.operator !== 'delete' && isPureNode(node.argument, bound)
    case 'BinaryExpression':
    case 'LogicalExpression':
      return all([node.left, node.right])
    case 'ConditionalExpression':
      return all([node.test, node.consequent, node.alternate])
    case 'SequenceExpression':
      return all(node.expressions)
    case 'ParenthesizedExpression':
    case 'ChainExpression':
      return isPureNode(node.expression, bound)
    case 'SpreadElement':
      return isPureNode(node.argument, bound)
    case 'ArrayExpression':
      return all(node.elements)
    case 'ObjectExpression':
      return node.properties.every((part) =>
        part.type === 'SpreadElement'
          ? isPureNode(part, bound)
          : part.kind === 'init' && !isUnknownMember(part.value) && all([part.computed ? part.key : null, part.value]),
      )
    case 'MemberExpression':
      return isPureMember(node, bound) && !DANGEROUS.has(nameOf(node) ?? '')
    case 'CallExpression':
      return isPureCall(node, bound)
    case 'NewExpression':
      return node.callee.type === 'Identifier' && CLASSES.has(node.callee.name) && all(node.arguments)
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
      return !node.async && !node.generator && all([...node.params, node.body].map((part) => bind(part, bound)))
    default:
      return isPureStatement(node, bound)
  }
}

/** The statements of functions. */
function isPureStatement(node: AnyNode | Expression | Pattern | Super, bound: Set<string>): boolean {
  const all = (nodes: readonly Node[]): boolean => nodes.every((one) => isPureNode(one, bound))
  switch (node.type) {
    case 'BlockStatement':
      return all(node.body)
    case 'ReturnStatement':
      return isPureNode(node.argument, bound)
    case 'ExpressionStatement':
      return isPureNode(node.expression, bound)
    case 'IfStatement':
      return all([node.test, node.consequent, node.alternate])
    case 'VariableDeclaration':
      return node.declarations.every(({ id, init }) => isPureNode(bind(id, bound), bound) && isPureNode(init, bound))
    case 'ObjectPattern':
      return node.properties.every((part) =>
        part.type === 'RestElement'
          ? isPureNode(bind(part.argument, bound), bound)
          : all([part.computed ? part.key : null, bind(part.value, bound)]),
      )
    case 'ArrayPattern':
      return all(node.elements.map((part) => part && bind(part, bound)))
    case 'AssignmentPattern':
      return all([bind(node.left, bound), node.right])
    case 'RestElement':
      return isPureNode(bind(node.argument, bound), bound)
    default:
      // Assignments, `++`, tagged templates, `this`, classes, `import`, loops, and whatever comes to the language.
      return false
  }
}

/** Notes a name that a function gives a meaning of its own. */
function bind<T extends Node>(pattern: T, bound: Set<string>): T {
  if (pattern?.type === 'Identifier') bound.add(pattern.name)
  return pattern
}

type Member = Extract<Expression, { type: 'MemberExpression' }>
type Call = Extract<Expression, { type: 'CallExpression' }>

/** The name of a member where it is written down. */
function nameOf({ computed, property }: Member): string | undefined {
  if (!computed) return property.type === 'Identifier' ? property.name : undefined
  return property.type === 'Literal' ? String(property.value) : undefined
}

/** A member of a global whose name is computed at run time is unknown. */
function isPureMember(member: Member, bound: Set<string>): boolean {
  const { object, computed, property } = member
  const isGlobal = object.type === 'Identifier' && GLOBALS.has(object.name)
  return (
    isPureNode(object, bound) &&
    (!computed || isPureNode(property, bound)) &&
    (nameOf(member) !== undefined || !isGlobal)
  )
}

function isPureCall({ callee, arguments: given }: Call, bound: Set<string>): boolean {
  if (!given.every((one) => isPureNode(one, bound))) return false
  if (callee.type === 'Identifier') return FUNCTIONS.has(callee.name)
  if (callee.type !== 'MemberExpression' || !isPureMember(callee, bound)) return false
  const name = nameOf(callee)
  if (name === undefined) return false
  const callback = given[AFTER_VALUE.has(name) ? 1 : 0]
  const isHarmless = callback === undefined || isHarmlessArgument(callback)
  return METHODS.has(name) || (WITH_CALLBACK.has(name) && isHarmless && !given.some(isSpread))
}

/** A member whose name is found out at run time: in an object of the expression it could pass for a harmless method. */
const isUnknownMember = (node: AnyNode): boolean =>
  node.type === 'MemberExpression' && node.computed && node.property.type !== 'Literal'

const isSpread = ({ type }: AnyNode): boolean => type === 'SpreadElement'

/** Whether a function stands written down here, or something that nobody could hand over as one. */
function isHarmlessArgument(node: Expression | SpreadElement): boolean {
  switch (node.type) {
    case 'Identifier':
      return FUNCTIONS.has(node.name)
    case 'MemberExpression':
    case 'ChainExpression':
    case 'ConditionalExpression':
    case 'LogicalExpression':
    case 'SequenceExpression':
    case 'SpreadElement':
    case 'CallExpression':
      return false
    default:
      return true
  }
}
