import ts from 'typescript-js'

/** Text that the checker reads in addition to that of the author, and where. */
interface Insertion {
  at: number
  text: string
}

/** The code of a step as the checker reads it: its first parameter has the type of the inputs. */
export interface TypedCode {
  text: string
  /** The place in the checked text of a place in that of the author, and back. */
  toChecked(at: number): number
  toAuthor(at: number): number
}

/** @param type the name of the type of the inputs; a parameter that has a type keeps it */
export function withInputs(code: string, type: string): TypedCode {
  const insertions = insertionsFor(code, type)
  let text = ''
  let done = 0
  for (const { at, text: added } of insertions) {
    text += code.slice(done, at) + added
    done = at
  }
  text += code.slice(done)
  return {
    text,
    toChecked: (at) => insertions.reduce((sum, each) => (each.at < at ? sum + each.text.length : sum), at),
    toAuthor(at) {
      let before = 0
      for (const each of insertions) {
        if (at <= each.at + before) break
        // A place inside of what was added is where it was added.
        if (at <= each.at + before + each.text.length) return each.at
        before += each.text.length
      }
      return at - before
    },
  }
}

function insertionsFor(code: string, type: string): Insertion[] {
  const file = ts.createSourceFile('code.ts', code, ts.ScriptTarget.Latest)
  const parameter = functionOf(file)?.parameters[0]
  if (!parameter || parameter.type || parameter.dotDotDotToken) return []
  const { end } = parameter.name
  const isBare = code.slice(end).trimStart().startsWith('=>')
  return isBare
    ? [
        { at: parameter.name.getStart(file), text: '(' },
        { at: end, text: `: ${type})` },
      ]
    : [{ at: end, text: `: ${type}` }]
}

/** The function that a step exports as `code`. */
function functionOf(file: ts.SourceFile): ts.SignatureDeclaration | undefined {
  for (const statement of file.statements) {
    if (ts.isFunctionDeclaration(statement) && statement.name?.text === 'code') return statement
    if (!ts.isVariableStatement(statement)) continue
    for (const { name, initializer } of statement.declarationList.declarations)
      if (ts.isIdentifier(name) && name.text === 'code' && initializer)
        return ts.isArrowFunction(initializer) || ts.isFunctionExpression(initializer) ? initializer : undefined
  }
  return undefined
}
