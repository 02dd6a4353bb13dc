import { indentWithTab } from '@codemirror/commands'
import { javascript } from '@codemirror/lang-javascript'
import { json, jsonParseLinter } from '@codemirror/lang-json'
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { linter, lintGutter } from '@codemirror/lint'
import { Compartment, EditorState, type Extension } from '@codemirror/state'
import { EditorView, keymap } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { basicSetup } from 'codemirror'
import { type Assistance, type CodeContext, codeAssistance } from './assistance.ts'
import type { CompileProblem } from './inputs.ts'
import { textOfEditor } from './text-of-editor.ts'

export type Language = 'typescript' | 'json'

export interface CodeEditorOptions {
  parent: HTMLElement
  value: string
  language: Language
  label: string
  isReadOnly: boolean
  /** The surroundings of the code, on which its types depend. */
  context(): CodeContext
  onChange(value: string): void
}

export interface CodeEditor {
  setValue(value: string): void
  setReadOnly(isReadOnly: boolean): void
  showProblems(problems: readonly CompileProblem[]): void
  /** Checks the code again: its surroundings have changed. */
  recheck(): void
  format(): void
  destroy(): void
}

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.bool, tags.null, tags.operatorKeyword], color: 'var(--value-keyword)' },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: 'var(--value-string)' },
  { tag: [tags.number], color: 'var(--value-number)' },
  { tag: [tags.comment], color: 'var(--text-3)', fontStyle: 'italic' },
  { tag: [tags.typeName, tags.className], color: 'var(--accent-text)' },
  { tag: [tags.invalid], color: 'var(--failed-fg)' },
])

const theme = EditorView.theme({
  '&': { height: '100%', fontSize: '12.5px', backgroundColor: 'transparent', color: 'var(--text-1)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '20px' },
  '.cm-content': { caretColor: 'var(--text-1)' },
  '.cm-cursor': { borderLeftColor: 'var(--text-1)' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--text-3)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--surface-hover)' },
  '.cm-selectionBackground, &.cm-focused .cm-selectionBackground': {
    backgroundColor: 'var(--accent-soft-hover) !important',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--surface-float)',
    border: '1px solid var(--border-2)',
    color: 'var(--text-1)',
  },
  '.cm-type-tip': {
    padding: '4px 8px',
    maxWidth: '480px',
    maxHeight: '240px',
    overflow: 'auto',
    whiteSpace: 'pre-wrap',
    fontFamily: 'var(--font-mono)',
    fontSize: '12px',
  },
  '.cm-panels': { backgroundColor: 'var(--surface-float)', color: 'var(--text-1)' },
  '.cm-matchingBracket': { backgroundColor: 'var(--surface-active) !important' },
})

const LANGUAGES = {
  typescript: (): Extension => javascript({ typescript: true }),
  json: (): Extension => [json(), linter(jsonParseLinter())],
}

/** An editor of code. Escape, then Tab leaves it, as Tab indents. */
export function createCodeEditor(options: CodeEditorOptions): CodeEditor {
  const readOnly = new Compartment()
  const locked = (isReadOnly: boolean) => [
    EditorState.readOnly.of(isReadOnly),
    EditorView.editable.of(!isReadOnly),
    // Text that cannot be edited takes no focus by itself, and the keys could not scroll it.
    isReadOnly ? EditorView.contentAttributes.of({ tabindex: '0' }) : [],
  ]
  const assistance = options.language === 'typescript' ? codeAssistance(options.context) : undefined
  const text = textOfEditor(options.onChange)
  const view = new EditorView({
    parent: options.parent,
    doc: options.value,
    extensions: [
      basicSetup,
      keymap.of([indentWithTab, { key: 'Shift-Alt-f', run: (at) => startFormat(assistance, at) }]),
      LANGUAGES[options.language](),
      assistance?.extension ?? [],
      lintGutter(),
      syntaxHighlighting(colours),
      theme,
      EditorView.contentAttributes.of({ 'aria-label': options.label }),
      readOnly.of(locked(options.isReadOnly)),
      text.extension,
    ],
  })
  return {
    setValue: (value) => text.set(view, value),
    setReadOnly: (isReadOnly) => view.dispatch({ effects: readOnly.reconfigure(locked(isReadOnly)) }),
    showProblems: (problems) => assistance?.showProblems(view, problems),
    recheck: () => assistance?.recheck(view),
    format: () => {
      startFormat(assistance, view)
      view.focus()
    },
    destroy: () => view.destroy(),
  }
}

function startFormat(assistance: Assistance | undefined, view: EditorView): boolean {
  void assistance?.format(view)
  return assistance !== undefined
}
