import { type Comment, type Expression, type Program, type TemplateElement, Visitor } from 'oxc-parser'

/** A comment, a text of the code, the first argument of an error, or a line of a document. */
export interface Prose {
  kind: 'comment' | 'text' | 'error' | 'document'
  line: number
  text: string
}

/** @returns the comments of a file as they read: the lines of one are joined, and so are `//` lines that follow each other. */
export function readComments(text: string, comments: readonly Comment[]): Prose[] {
  const prose: Prose[] = []
  let end = -1
  for (const comment of comments) {
    const words = comment.value
      .replaceAll(/(^|\n)\s*\*+ ?/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim()
    const last = prose.at(-1)
    const follows = comment.type === 'Line' && end >= 0 && /^\n[ \t]*$/.test(text.slice(end, comment.start))
    if (last && follows) last.text += ` ${words}`
    else prose.push({ kind: 'comment', line: lineAt(text, comment.start), text: words })
    end = comment.type === 'Line' ? comment.end : -1
  }
  return prose
}

/** @returns the texts of a file that hold more than one word; the places of expressions in them are left blank. */
export function readTexts(text: string, program: Program): Prose[] {
  const prose = new Map<number, Prose>()
  const add = (kind: Prose['kind'], start: number, words: string): void => {
    if (/\S\s+\S/.test(words) && !prose.has(start)) prose.set(start, { kind, line: lineAt(text, start), text: words })
  }
  new Visitor({
    NewExpression({ callee, arguments: [first] }) {
      if (callee.type !== 'Identifier' || !callee.name.endsWith('Error') || first?.type === 'SpreadElement') return
      const words = first && wordsIn(first)
      if (first && words !== undefined) add('error', first.start, words)
    },
    Literal({ start, value }) {
      if (typeof value === 'string') add('text', start, value)
    },
    TemplateLiteral({ start, quasis }) {
      add('text', start, joined(quasis))
    },
    JSXText({ start, value }) {
      add('text', start, value)
    },
  }).visit(program)
  return [...prose.values()]
}

function wordsIn(node: Expression): string | undefined {
  if (node.type === 'TemplateLiteral') return joined(node.quasis)
  return node.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined
}

function joined(quasis: readonly TemplateElement[]): string {
  return quasis.map(({ value }) => value.cooked ?? value.raw).join('\u2026')
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}
