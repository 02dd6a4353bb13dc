import {
  type AssignmentProperty,
  type MemberExpression,
  type Pattern,
  type PrivateIdentifier,
  type Property,
  parse,
  type Super,
} from 'acorn'
import {
  boundNames,
  childScope,
  declare,
  declaredIn,
  isNumeral,
  type Part,
  reassignedIn,
  type Scope,
} from './scopes.ts'

/**
 * Whether the compiled code of a step can neither see nor change anything but its inputs and what it makes itself.
 * Such code leaves nothing behind in its process or its context, and nothing there can tell it of an earlier run.
 *
 * The argument: whatever all code shares (globals, built-in functions, prototypes) is reached by a global name or by
 * the name of a member. Of the globals, only some functions are allowed, and only to be called; members that are
 * built-in methods may only be called, members that lead to classes or prototypes not even that; names of members
 * stand in the code, or are numbers. So every object that such code holds is its own, and it may do with it what it
 * likes. What this module does not know makes code count as not self-contained.
 */
export function isSelfContained(source: string): boolean {
  if (source.length > MAX_LENGTH) return false
  try {
    const program = parse(source, { ecmaVersion: 'latest', sourceType: 'script' })
    const own = program.body.filter((statement) => !HELPERS.has(source.slice(statement.start, statement.end)))
    const scope = childScope(undefined, ['exports', 'module'])
    declare(scope, own)
    const look = { scope, reassigned: reassignedIn(program) }
    return own.every((statement) => isOwn(statement, look))
  } catch {
    // It is no code, or nests too deep to be looked at.
    return false
  }
}

const MAX_LENGTH = 64 * 1024

/** The code that the compiler puts before code with exports. */
const HELPERS: ReadonlySet<string> = new Set([
  'var __defProp = Object.defineProperty;',
  'var __getOwnPropDesc = Object.getOwnPropertyDescriptor;',
  'var __getOwnPropNames = Object.getOwnPropertyNames;',
  'var __hasOwnProp = Object.prototype.hasOwnProperty;',
  `var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};`,
  `var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
  }
  return to;
};`,
  'var __toCommonJS = (mod) => __copyProps(__defProp({}, "__esModule", { value: true }), mod);',
])

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/))

/** Globals that may be called, and nothing else. */
const FUNCTIONS = words(
  `__export __toCommonJS Array BigInt Boolean Date Error Number Object RangeError RegExp String TypeError atob btoa
  decodeURI decodeURIComponent encodeURI encodeURIComponent isFinite isNaN parseFloat parseInt structuredClone`,
)
const CLASSES = words('Array Date Error Map Object Promise RangeError RegExp Set String TypeError')
const VALUES = words('undefined NaN Infinity')
/** Members of these that may be called. None of them returns shared state. */
const MEMBERS: Readonly<Record<string, ReadonlySet<string>>> = {
  Array: words('from isArray of'),
  BigInt: words('asIntN asUintN'),
  Date: words('UTC now parse'),
  JSON: words('parse stringify'),
  Math: words(
    `abs acos acosh asin asinh atan atan2 atanh cbrt ceil clz32 cos cosh exp expm1 floor fround hypot imul log log10
    log1p log2 max min pow random round sign sin sinh sqrt tan tanh trunc`,
  ),
  Number: words('isFinite isInteger isNaN isSafeInteger parseFloat parseInt'),
  Object: words('entries freeze fromEntries groupBy hasOwn is keys values'),
  Promise: words('all allSettled any race reject resolve'),
  String: words('fromCharCode fromCodePoint raw'),
  console: words('debug error info log warn'),
}
/** Numbers and texts among the members of the same. */
const CONSTANTS: Readonly<Record<string, ReadonlySet<string>>> = {
  Math: words('E LN10 LN2 LOG10E LOG2E PI SQRT1_2 SQRT2'),
  Number: words('EPSILON MAX_SAFE_INTEGER MAX_VALUE MIN_SAFE_INTEGER MIN_VALUE NEGATIVE_INFINITY POSITIVE_INFINITY'),
}
/** Members that lead to classes and prototypes, or call on something else than what they are a member of. */
const LEADING_OUT = words(
  `__defineGetter__ __defineSetter__ __lookupGetter__ __lookupSetter__ __proto__ apply arguments bind call callee caller
  constructor prototype`,
)
/** Names under which built-in functions are found: they may be called, and not be had. */
const METHODS: ReadonlySet<PropertyKey> = new Set(
  [Object, Function, Array, String, Number, Boolean, BigInt, Symbol, Date, RegExp, Map, Set, Promise, Error]
    .map((one): object => one.prototype)
    .concat([Object.getPrototypeOf([][Symbol.iterator]()), Object.getPrototypeOf(Object.getPrototypeOf([].keys()))])
    .flatMap((prototype) =>
      Object.entries(Object.getOwnPropertyDescriptors(prototype))
        .filter(([, { value }]) => typeof value === 'function')
        .map(([name]) => name),
    )
    .concat('return', 'throw'),
)
/** Operators that give numbers, whatever they are given. */
const ARITHMETIC = words('- * / % ** | & ^ << >> >>>')

interface Look {
  scope: Scope
  /** Names that some assignment gives another value. */
  reassigned: ReadonlySet<string>
}

type Maybe = Part | Super | null | undefined

function isOwn(one: Maybe, look: Look): boolean {
  if (one === null || one === undefined) return true
  const all = (nodes: readonly Maybe[]): boolean => nodes.every((node) => isOwn(node, look))
  switch (one.type) {
    case 'Literal':
    case 'EmptyStatement':
    case 'BreakStatement':
    case 'ContinueStatement':
      return true
    case 'Identifier':
      return VALUES.has(one.name) || declaredIn(look.scope, one.name) !== undefined
    case 'TemplateLiteral':
      return all(one.expressions)
    case 'ArrayExpression':
    case 'ArrayPattern':
      return all(one.elements)
    case 'ObjectExpression':
      return one.properties.every((part) =>
        part.type === 'Property' ? isProperty(part, look, false) : isOwn(part, look),
      )
    case 'ObjectPattern':
      return one.properties.every((part) =>
        part.type === 'Property' ? isProperty(part, look, true) : isOwn(part, look),
      )
    case 'SpreadElement':
    case 'RestElement':
    case 'AwaitExpression':
    case 'ReturnStatement':
    case 'ThrowStatement':
      return isOwn(one.argument, look)
    case 'UpdateExpression':
      return isTarget(one.argument, look)
    case 'UnaryExpression':
      if (one.operator === 'typeof' && one.argument.type === 'Identifier') return true
      return one.operator === 'delete' ? isTarget(one.argument, look) : isOwn(one.argument, look)
    case 'BinaryExpression': {
      const { operator, left, right } = one
      const isClass = operator === 'instanceof' && right.type === 'Identifier' && isGlobal(right.name, CLASSES, look)
      return left.type !== 'PrivateIdentifier' && isOwn(left, look) && (isClass || isOwn(right, look))
    }
    case 'LogicalExpression':
      return all([one.left, one.right])
    case 'AssignmentExpression':
      return isTarget(one.left, look) && isOwn(one.right, look)
    case 'AssignmentPattern':
      return all([one.left, one.right])
    case 'ConditionalExpression':
    case 'IfStatement':
      return all([one.test, one.consequent, one.alternate])
    case 'SequenceExpression':
      return all(one.expressions)
    case 'ParenthesizedExpression':
    case 'ChainExpression':
    case 'ExpressionStatement':
      return isOwn(one.expression, look)
    case 'MemberExpression':
      return isMember(one, look, 'READ')
    case 'CallExpression':
      return isCallee(one.callee, look) && all(one.arguments)
    case 'NewExpression':
      return isClass(one.callee, look) && all(one.arguments)
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
    case 'FunctionDeclaration': {
      if (one.generator) return false
      const within = inside(look, [one.body], one.params)
      if (one.type === 'FunctionExpression' && one.id) within.scope.names.set(one.id.name, {})
      return one.params.every((part) => isOwn(part, within)) && isOwn(one.body, within)
    }
    case 'BlockStatement': {
      const within = inside(look, one.body)
      return one.body.every((part) => isOwn(part, within))
    }
    case 'VariableDeclaration':
      return ['var', 'let', 'const'].includes(one.kind) && one.declarations.every(({ id, init }) => all([id, init]))
    case 'ForStatement': {
      const within = inside(look, [one.init])
      return [one.init, one.test, one.update, one.body].every((part) => isOwn(part, within))
    }
    case 'ForInStatement':
    case 'ForOfStatement': {
      const within = inside(look, [one.left])
      const { left } = one
      const isLeft = left.type === 'VariableDeclaration' ? isOwn(left, within) : isTarget(left, within)
      return isLeft && isOwn(one.right, within) && isOwn(one.body, within)
    }
    case 'WhileStatement':
    case 'DoWhileStatement':
      return all([one.test, one.body])
    case 'LabeledStatement':
      return isOwn(one.body, look)
    case 'SwitchStatement': {
      const within = inside(
        look,
        one.cases.flatMap((part) => part.consequent),
      )
      return (
        isOwn(one.discriminant, look) &&
        one.cases.every((part) => [part.test, ...part.consequent].every((inner) => isOwn(inner, within)))
      )
    }
    case 'TryStatement': {
      const { handler } = one
      const within = inside(look, [], handler?.param ? [handler.param] : [])
      return all([one.block, one.finalizer]) && [handler?.param, handler?.body].every((part) => isOwn(part, within))
    }
    default:
      // `this`, classes, generators, tagged templates, `import`, `with`, and whatever comes to the language.
      return false
  }
}

/** A scope within the present one. */
function inside(look: Look, body: readonly (Part | null | undefined)[], parameters: readonly Pattern[] = []): Look {
  const scope = childScope(look.scope, parameters.flatMap(boundNames))
  declare(scope, body)
  return { ...look, scope }
}

const isGlobal = (name: string, allowed: ReadonlySet<string>, { scope }: Look): boolean =>
  allowed.has(name) && declaredIn(scope, name) === undefined

/** A part of an object that is written down, or of a pattern, which reads a member. */
function isProperty(part: Property | AssignmentProperty, look: Look, isRead: boolean): boolean {
  const { key, value, computed } = part
  const name = key.type === 'Identifier' ? key.name : key.type === 'Literal' ? String(key.value) : undefined
  if (computed || name === undefined || LEADING_OUT.has(name)) return false
  return !(isRead && METHODS.has(name)) && isOwn(value, look)
}

/** Checks the target of a write: a name of the code itself, or any member of an object, which is its own as well. */
function isTarget(one: Part, look: Look): boolean {
  if (one.type === 'MemberExpression') return isMember(one, look, 'WRITE')
  if (one.type === 'ChainExpression') return isTarget(one.expression, look)
  return isOwn(one, look)
}

function isMember(member: MemberExpression, look: Look, use: 'READ' | 'WRITE' | 'CALL'): boolean {
  const { object, property, computed } = member
  if (object.type === 'Super' || property.type === 'PrivateIdentifier') return false
  if (object.type === 'Identifier' && declaredIn(look.scope, object.name) === undefined) {
    const allowed = use === 'CALL' ? MEMBERS : use === 'READ' ? CONSTANTS : {}
    return !computed && property.type === 'Identifier' && allowed[object.name]?.has(property.name) === true
  }
  if (!isOwn(object, look)) return false
  if (computed && property.type !== 'Literal') return isNumber(property, look) && isOwn(property, look)
  const name = property.type === 'Identifier' ? property.name : property.type === 'Literal' ? property.value : undefined
  if (typeof name !== 'string') return typeof name === 'number' && use !== 'CALL'
  return !LEADING_OUT.has(name) && (use !== 'READ' || !METHODS.has(name))
}

function isCallee(callee: Part | Super, look: Look): boolean {
  if (callee.type === 'Identifier' && isGlobal(callee.name, FUNCTIONS, look)) return true
  if (callee.type === 'MemberExpression') return isMember(callee, look, 'CALL')
  return isOwn(callee, look)
}

const isClass = (callee: Part, look: Look): boolean =>
  callee.type === 'Identifier' && (isGlobal(callee.name, CLASSES, look) || isOwn(callee, look))

/** Whether a value is a number for certain: no number is the name of something that all code shares. */
function isNumber(one: Part | PrivateIdentifier, look: Look): boolean {
  switch (one.type) {
    case 'Literal':
      return isNumeral(one)
    case 'UpdateExpression':
      return true
    case 'UnaryExpression':
      return ['+', '-', '~'].includes(one.operator)
    case 'BinaryExpression':
      return (
        ARITHMETIC.has(one.operator) || (one.operator === '+' && isNumber(one.left, look) && isNumber(one.right, look))
      )
    case 'Identifier':
      return declaredIn(look.scope, one.name)?.isCounter === true && !look.reassigned.has(one.name)
    default:
      return false
  }
}
