import type { Extension } from '@codemirror/state'
import { EditorView } from '@codemirror/view'

/** The text of an editor: reports what the author types, and not what the app itself sets. */
export interface TextOfEditor {
  extension: Extension
  set(view: EditorView, value: string): void
}

export function textOfEditor(onChange: (value: string) => void): TextOfEditor {
  let isSetting = false
  return {
    extension: EditorView.updateListener.of(({ docChanged, state }) => {
      if (docChanged && !isSetting) onChange(state.doc.toString())
    }),
    set(view, value) {
      if (value === view.state.doc.toString()) return
      isSetting = true
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: value } })
      isSetting = false
    },
  }
}
