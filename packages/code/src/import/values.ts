import { tokenSpans } from '@piecework/model/flow/expression-tokens'
import { changeTokens } from '@piecework/model/flow/references'
import { renamedExpression } from '@piecework/model/flow/rename-names'
import { type Expression, type Node, type ObjectLiteralExpression, SyntaxKind } from 'typescript/unstable/ast'
import * as is from 'typescript/unstable/ast/is'
import { printPath } from '../dialect.ts'
import type { Parsed } from './parse.ts'

/** Reads the values of a program: JSON, with expressions in the place of texts. */
export interface ValueReader {
  /** A value that may hold expressions. */
  value(node: Node): unknown
  /** JSON alone. */
  json(node: Node): unknown
  text(node: Node): string
}

/** @param nameOf the step of a variable; undefined for a name that is none
 * @param spellings how people spelled an expression of the step, by how the program spells it */
// Over 120 lines: the readers of each kind of value call each other.
export function createValueReader(
  { source, refuse }: Parsed,
  nameOf: (variable: string) => string | undefined,
  spellings: ReadonlyMap<string, string> = new Map(),
): ValueReader {
  /** The names of the variables that are not those of their steps, for the texts of scripts. */
  const spelled = (expression: string): string => `{{${spellings.get(expression) ?? expression}}}`

  const read = (node: Node, mayCompute: boolean): unknown => {
    // A text that is no expression may hold any signs.
    if (is.isStringLiteral(node) || is.isNoSubstitutionTemplateLiteral(node))
      return mayCompute ? plainText(node, node.text) : node.text
    if (is.isNumericLiteral(node)) return Number(node.text)
    if (
      is.isPrefixUnaryExpression(node) &&
      node.operator === SyntaxKind.MinusToken &&
      is.isNumericLiteral(node.operand)
    )
      return -Number(node.operand.text)
    if (node.kind === SyntaxKind.TrueKeyword) return true
    if (node.kind === SyntaxKind.FalseKeyword) return false
    if (node.kind === SyntaxKind.NullKeyword) return null
    if (is.isArrayLiteralExpression(node)) return node.elements.map((item) => read(item, mayCompute))
    if (is.isObjectLiteralExpression(node)) return readObject(node, mayCompute)
    if (is.isParenthesizedExpression(node)) return read(node.expression, mayCompute)
    if (!mayCompute)
      return refuse(node, 'Only plain data can be here: texts, numbers, true, false, null, lists and objects.')
    return computed(node)
  }

  const plainText = (node: Node, text: string): string => {
    if ([...tokenSpans(text)].length > 0)
      refuse(node, "A text cannot hold '{{ }}': write the expression in TypeScript, or as template('…', { … }).")
    return text
  }

  const readObject = (node: ObjectLiteralExpression, mayCompute: boolean): Record<string, unknown> => {
    const entries: [string, unknown][] = []
    for (const property of node.properties) {
      if (is.isShorthandPropertyAssignment(property) && mayCompute) {
        entries.push([keyOf(property.name), computed(property.name)])
      } else if (is.isPropertyAssignment(property)) {
        entries.push([keyOf(property.name), read(property.initializer, mayCompute)])
      } else return refuse(property, 'An object of a flow has names and values alone.')
    }
    // Object.fromEntries takes `__proto__` for a name like any other.
    return Object.fromEntries(entries)
  }

  const keyOf = (name: Node): string => {
    if (is.isIdentifier(name) || is.isStringLiteral(name) || is.isNumericLiteral(name)) return name.text
    if (is.isComputedPropertyName(name) && is.isStringLiteral(name.expression)) return name.expression.text
    return refuse(name, 'The name of a value must be written out.')
  }

  /** One expression, in the braces that texts of flows have. */
  const computed = (node: Node): unknown => {
    if (is.isTemplateExpression(node)) return readTemplate(node)
    if (is.isCallExpression(node) && is.isIdentifier(node.expression) && node.expression.text === 'template')
      return readFallback(node)
    return spelled(expressionOf(node))
  }

  const readTemplate = (node: Node): string => {
    if (!is.isTemplateExpression(node)) return refuse(node, 'This is no text.')
    let text = node.head.text
    for (const span of node.templateSpans) {
      const { expression, literal } = span
      const inner =
        is.isCallExpression(expression) &&
        is.isIdentifier(expression.expression) &&
        expression.expression.text === 'text' &&
        expression.arguments.length === 1
          ? expression.arguments[0]
          : undefined
      // biome-ignore lint/suspicious/noTemplateCurlyInString: people read it
      if (inner === undefined) return refuse(expression, "In a text, an expression is written as '${text(…)}'.")
      text += `${spelled(expressionOf(inner))}${literal.text}`
    }
    if ([...tokenSpans(text)].length !== node.templateSpans.length)
      refuse(node, "A text cannot hold '{{ }}' next to its expressions.")
    return text
  }

  /** `template('…', { step })`: the text of the flow itself. */
  const readFallback = (node: Node): string => {
    if (!is.isCallExpression(node)) return refuse(node, 'This is no template.')
    const [text, names] = node.arguments
    if (text === undefined || !(is.isStringLiteral(text) || is.isNoSubstitutionTemplateLiteral(text)))
      return refuse(node, "'template' takes a text, and the steps that it mentions.")
    if (names === undefined) return text.text
    if (!is.isObjectLiteralExpression(names)) return refuse(names, 'The steps of a template are an object.')
    const renamed = new Map<string, string>()
    for (const property of names.properties) {
      const isShort = is.isShorthandPropertyAssignment(property)
      if (!isShort && !is.isPropertyAssignment(property))
        return refuse(property, 'A step of a template is named by its variable.')
      const variable = isShort ? property.name : property.initializer
      if (!is.isIdentifier(variable)) return refuse(property, 'A step of a template is named by its variable.')
      const from = keyOf(property.name)
      const to = requireName(variable, variable.text)
      if (from !== to) renamed.set(from, to)
    }
    return renamed.size === 0 ? text.text : changeTokens(text.text, (token) => renamedExpression(token, renamed))
  }

  const requireName = (node: Node, variable: string): string =>
    nameOf(variable) ?? refuse(node, `There is no step '${variable}'.`)

  const expressionOf = (node: Node): string => {
    if (is.isParenthesizedExpression(node)) return expressionOf(node.expression)
    if (
      is.isBinaryExpression(node) &&
      node.operatorToken.kind === SyntaxKind.QuestionQuestionToken &&
      is.isStringLiteral(node.right) &&
      node.right.text === ''
    )
      return expressionOf(node.left)
    if (is.isCallExpression(node) && is.isIdentifier(node.expression) && node.expression.text === 'value')
      return scriptOf(node)
    const keys: (string | number)[] = []
    let at: Node = node
    for (;;) {
      if (is.isNonNullExpression(at)) at = at.expression
      else if (is.isPropertyAccessExpression(at) && is.isIdentifier(at.name)) {
        keys.unshift(at.name.text)
        at = at.expression
      } else if (is.isElementAccessExpression(at)) {
        keys.unshift(elementKey(at.argumentExpression))
        at = at.expression
      } else break
    }
    if (is.isIdentifier(at)) return printPath(requireName(at, at.text), keys)
    if (is.isCallExpression(at) && is.isIdentifier(at.expression) && at.expression.text === 'connection') {
      const [id] = at.arguments
      if (at.arguments.length === 1 && id && is.isStringLiteral(id)) return printPath(`connections['${id.text}']`, keys)
    }
    return refuse(node, "This is no value of a flow: write 'step?.field', or any expression as 'value(() => (…))'.")
  }

  const elementKey = (node: Expression | undefined): string | number => {
    if (node && is.isStringLiteral(node) && !/['\\\n]/.test(node.text)) return node.text
    if (node && is.isNumericLiteral(node) && /^\d{1,9}$/.test(node.text)) return Number(node.text)
    return refuse(
      node ?? source,
      "Between brackets must be a text or a number; write other expressions as 'value(() => (…))'.",
    )
  }

  /** `value(() => (…))`: the text of the expression as it stands. */
  const scriptOf = (node: Node): string => {
    if (!is.isCallExpression(node)) return refuse(node, 'This is no expression.')
    const [arrow] = node.arguments
    if (node.arguments.length !== 1 || !arrow || !is.isArrowFunction(arrow) || arrow.parameters.length > 0)
      return refuse(node, "An expression is written as 'value(() => (…))'.")
    const { body } = arrow
    if (is.isBlock(body)) return refuse(body, "An expression is written as 'value(() => (…))'.")
    const inner = is.isParenthesizedExpression(body)
      ? source.text.slice(body.getStart(source) + 1, body.end - 1)
      : body.getText(source)
    const renamed = new Map<string, string>()
    const visit = (part: Node): void => {
      if (is.isIdentifier(part)) {
        const name = nameOf(part.text)
        if (name !== undefined && name !== part.text) renamed.set(part.text, name)
      }
      part.forEachChild((child) => {
        visit(child)
        return undefined
      })
    }
    visit(body)
    const script = renamed.size === 0 ? inner : renamedExpression(inner, renamed)
    if (
      [...tokenSpans(`{{${script}}}`)].length !== 1 ||
      tokenSpans(`{{${script}}}`).next().value?.end !== script.length + 2
    )
      refuse(node, 'This expression cannot stand in a flow, as its end would not be found.')
    return script
  }

  return {
    value: (node) => read(node, true),
    json: (node) => read(node, false),
    text(node) {
      if (!is.isStringLiteral(node) && !is.isNoSubstitutionTemplateLiteral(node))
        return refuse(node, 'A text must be here.')
      return node.text
    },
  }
}
