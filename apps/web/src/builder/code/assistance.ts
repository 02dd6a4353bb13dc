import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  completeFromList,
  ifNotIn,
} from '@codemirror/autocomplete'
import { localCompletionSource, typescriptSnippets } from '@codemirror/lang-javascript'
import { type Diagnostic, linter } from '@codemirror/lint'
import { type EditorState, type Extension, StateEffect, type Text } from '@codemirror/state'
import { type EditorView, hoverTooltip, ViewPlugin } from '@codemirror/view'
import { type CompileProblem, hintAt, type InputOption, type Inputs, nameOfInputs, optionsAfter } from './inputs.ts'
import { openTypeClient } from './types/client.ts'
import { inputType } from './types/input-type.ts'
import type { StepCode, TypeOption, TypeProblem } from './types/protocol.ts'

/** The surroundings of a step's code, on which its types depend. */
export interface CodeContext {
  /** The inputs with their last values. */
  inputs: Inputs
  /** The names of the packages that the step has. */
  packages: readonly string[]
}

/** The help with writing the code of a step. */
export interface Assistance {
  extension: Extension
  /** Marks the places that the compiler of the server complained of, until the code changes. */
  showProblems(view: EditorView, problems: readonly CompileProblem[]): void
  /** Checks the code again: its inputs or packages have changed. */
  recheck(view: EditorView): void
  format(view: EditorView): Promise<void>
}

/** Code is checked when nobody has typed for so long. */
const PAUSE_MS = 350
const NOT_CODE = ['TemplateString', 'String', 'RegExp', 'LineComment', 'BlockComment', '.', '?.', 'PropertyName']
/** The ranks of what is declared in the code, or is a member; all others are known everywhere. */
const NEAREST_RANK = '12'

const wantsCheck = StateEffect.define()

/** Types of the code, keys of its inputs with their last values, and marks of what is wrong. */
export function codeAssistance(context: () => CodeContext): Assistance {
  const client = openTypeClient()
  const typeOf = remembering(inputType)
  let compiled: { doc: Text; problems: readonly CompileProblem[] } | undefined
  let checking: Promise<TypeProblem[] | undefined> = Promise.resolve(undefined)

  const stepOf = ({ doc }: EditorState): StepCode => {
    const { inputs, packages } = context()
    return { code: doc.toString(), inputs: typeOf(inputs), packages }
  }
  const recheck = (view: EditorView): void => view.dispatch({ effects: wantsCheck.of(null) })

  async function check(view: EditorView): Promise<Diagnostic[]> {
    const { doc } = view.state
    await checking
    // Typing went on meanwhile: the check of the newer code is the one that counts.
    if (view.state.doc !== doc) return []
    checking = client.ask('problems', stepOf(view.state))
    const found = (await checking) ?? []
    return compiled?.doc.eq(doc) ? [...found, ...compileMarks(doc, compiled.problems, found)] : found
  }

  async function complete(at: CompletionContext): Promise<CompletionResult | null> {
    const { text, from } = at.state.doc.lineAt(at.pos)
    const before = text.slice(0, at.pos - from)
    const word = at.matchBefore(/[\w$]*/)
    if (!word || (!at.explicit && word.from === word.to && !before.endsWith('.'))) return null
    const step = { ...stepOf(at.state), at: at.pos }
    const keys = optionsAfter(before, nameOfInputs(step.code), context().inputs) ?? []
    const known = await client.ask('options', step)
    if (at.aborted) return null
    if (!known && keys.length === 0) return localCompletionSource(at)
    const describe = (name: string) => client.ask('detail', { ...step, name })
    return { from: word.from, options: completions(known ?? [], keys, describe), validFor: /^[\w$]*$/ }
  }

  return {
    extension: [
      linter(check, {
        delay: PAUSE_MS,
        needsRefresh: ({ transactions }) =>
          transactions.some(({ effects }) => effects.some((effect) => effect.is(wantsCheck))),
      }),
      autocompletion({ override: [complete, ifNotIn(NOT_CODE, completeFromList(typescriptSnippets))] }),
      hoverTooltip(async ({ state }, at) => {
        const last = lastValueAt(state, at, context().inputs)
        const known = await client.ask('hint', { ...stepOf(state), at })
        const place = known ?? last
        if (!place) return null
        const texts = [last?.text, known?.text].filter((text) => text !== undefined)
        return { pos: place.from, end: place.to, create: () => ({ dom: tip(texts.join('\n\n')) }) }
      }),
      ViewPlugin.define(() => ({ destroy: client.release })),
    ],
    showProblems(view, problems) {
      compiled = { doc: view.state.doc, problems }
      recheck(view)
    },
    recheck,
    async format(view) {
      const { doc } = view.state
      const changes = await client.ask('format', stepOf(view.state))
      if (changes && view.state.doc === doc && !view.state.readOnly) view.dispatch({ changes })
    },
  }
}

/** The names that the types know, with the last values of those that are inputs; then the inputs that they do not. */
function completions(
  known: readonly TypeOption[],
  keys: readonly InputOption[],
  describe: (name: string) => Promise<string | undefined>,
): Completion[] {
  const hints = new Map(keys.map(({ key, hint }) => [key, hint]))
  const names = new Set(known.map(({ name }) => name))
  const typed = known.map(({ name, kind, rank }): Completion => {
    const hint = hints.get(name)
    return {
      ...{ label: name, type: kind, boost: rank <= NEAREST_RANK ? 1 : 0 },
      ...(hint === undefined ? {} : { detail: hint }),
      info: async () => {
        const text = await describe(name)
        return text ? tip(text) : null
      },
    }
  })
  const others = keys.filter(({ key }) => !names.has(key) && /^[A-Za-z_$]/.test(key))
  return [...typed, ...others.map(({ key, hint }): Completion => ({ label: key, detail: hint, type: 'property' }))]
}

function lastValueAt({ doc }: EditorState, at: number, inputs: Inputs) {
  const { text, from } = doc.lineAt(at)
  const hint = hintAt(text, at - from, nameOfInputs(doc.toString()), inputs)
  return hint && { from: from + hint.from, to: from + hint.to, text: hint.text }
}

function tip(text: string): HTMLElement {
  const dom = document.createElement('div')
  dom.className = 'cm-type-tip'
  dom.textContent = text
  return dom
}

/** The complaints of the compiler on lines that the types find nothing wrong with. */
function compileMarks(doc: Text, problems: readonly CompileProblem[], found: readonly TypeProblem[]): Diagnostic[] {
  const marked = new Set(found.map(({ from }) => doc.lineAt(from).number))
  return problems
    .filter(({ line }) => line <= doc.lines && !marked.has(line))
    .map(({ line, column, message }) => {
      const { from, to } = doc.line(line)
      const at = Math.min(from + column - 1, to)
      return { from: at, to: Math.max(at, Math.min(at + 1, to)), severity: 'error', message }
    })
}

/** The function, which is not asked again about what it was asked last. */
function remembering<T, R>(make: (value: T) => R): (value: T) => R {
  let last: { value: T; result: R } | undefined
  return (value) => {
    if (last?.value !== value) last = { value, result: make(value) }
    return last.result
  }
}
