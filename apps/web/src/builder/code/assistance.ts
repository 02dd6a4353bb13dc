import type { CompletionContext, CompletionResult } from '@codemirror/autocomplete'
import { javascriptLanguage } from '@codemirror/lang-javascript'
import { type Diagnostic, setDiagnostics } from '@codemirror/lint'
import type { Extension } from '@codemirror/state'
import { type EditorView, hoverTooltip } from '@codemirror/view'
import { type CompileProblem, hintAt, type Inputs, nameOfInputs, optionsAfter } from './inputs.ts'

/** Completes the keys of the inputs, and says their last values under the pointer. */
export const inputsAssistance = (inputs: () => Inputs): Extension => [
  javascriptLanguage.data.of({
    autocomplete(context: CompletionContext): CompletionResult | null {
      const { text, from } = context.state.doc.lineAt(context.pos)
      const name = nameOfInputs(context.state.doc.toString())
      const options = optionsAfter(text.slice(0, context.pos - from), name, inputs())
      const typed = context.matchBefore(/[\w$]*/)
      if (!options || !typed) return null
      return {
        from: typed.from,
        options: options.map(({ key, hint }) => ({ label: key, detail: hint, type: 'property' })),
        validFor: /^[\w$]*$/,
      }
    },
  }),
  hoverTooltip((view, at) => {
    const { text, from } = view.state.doc.lineAt(at)
    const hint = hintAt(text, at - from, nameOfInputs(view.state.doc.toString()), inputs())
    if (!hint) return null
    const dom = Object.assign(document.createElement('div'), { textContent: hint.text })
    dom.style.padding = '2px 8px'
    return { pos: from + hint.from, end: from + hint.to, create: () => ({ dom }) }
  }),
]

/** Marks the places that the compiler complained of. Edits move the marks; the next test makes them new. */
export function showProblems(view: EditorView, problems: readonly CompileProblem[]): void {
  const { doc } = view.state
  const marks = problems
    .filter(({ line }) => line <= doc.lines)
    .map(({ line, column, message }): Diagnostic => {
      const { from, to } = doc.line(line)
      const at = Math.min(from + column - 1, to)
      return { from: at, to: Math.max(at, Math.min(at + 1, to)), severity: 'error', message }
    })
  view.dispatch(setDiagnostics(view.state, marks))
}
