import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import {
  Compartment,
  EditorState,
  type Extension,
  Prec,
  RangeSetBuilder,
  StateEffect,
  StateField,
} from '@codemirror/state'
import {
  Decoration,
  type DecorationSet,
  EditorView,
  keymap,
  placeholder,
  ViewPlugin,
  type ViewUpdate,
  WidgetType,
} from '@codemirror/view'
import { textOfEditor } from '../code/text-of-editor.ts'
import { tokensIn } from '../data/evaluate.ts'

/** How a reference is shown. */
export interface Chip {
  name: string
  path: string
  /** Its last value. */
  title: string
  isBroken: boolean
}

export interface ExpressionEditorOptions {
  parent: HTMLElement
  value: string
  attributes: Record<string, string>
  placeholder: string
  isMultiline: boolean
  isReadOnly: boolean
  /** How the inside of `{{ }}` is shown; undefined for what is no plain reference, which stays as text. */
  chipOf(token: string): Chip | undefined
  onChange(value: string): void
  onFocus(): void
  onBlur(event: FocusEvent): void
  onPick(): void
}

/** An editor of text with references, as the field holds it. */
export interface ExpressionEditor {
  setValue(value: string): void
  setOptions(options: Pick<ExpressionEditorOptions, 'attributes' | 'chipOf' | 'isReadOnly'>): void
  insert(text: string): void
  focus(): void
  destroy(): void
}

class ChipWidget extends WidgetType {
  private readonly chip: Chip
  constructor(chip: Chip) {
    super()
    this.chip = chip
  }
  override eq({ chip }: ChipWidget): boolean {
    return JSON.stringify(chip) === JSON.stringify(this.chip)
  }
  override toDOM(): HTMLElement {
    const { name, path, title, isBroken } = this.chip
    const chip = document.createElement('span')
    chip.className = `expression-chip${isBroken ? ' is-broken' : ''}`
    chip.title = title
    const step = document.createElement('span')
    step.textContent = name
    chip.append(step)
    if (path !== '') {
      const rest = document.createElement('span')
      rest.className = 'expression-chip-path'
      rest.textContent = path
      chip.append(' ', rest)
    }
    return chip
  }
  override ignoreEvent(event: Event): boolean {
    return event.type !== 'dblclick' && event.type !== 'mousedown'
  }
}

/** The place of a chip that the author opened to edit its text. */
const unfold = StateEffect.define<number | null>()
const unfolded = StateField.define<number | null>({
  create: () => null,
  update(at, transaction) {
    for (const effect of transaction.effects) if (effect.is(unfold)) return effect.value
    return at === null ? null : transaction.changes.mapPos(at)
  },
})

/** Shows references as chips, and other expressions as code. */
function chips(chipOf: ExpressionEditorOptions['chipOf']): Extension {
  const build = ({ state }: EditorView): DecorationSet => {
    const builder = new RangeSetBuilder<Decoration>()
    const open = state.field(unfolded)
    for (const { from, to, inside } of tokensIn(state.doc.toString())) {
      const chip = open !== null && open >= from && open <= to ? undefined : chipOf(inside)
      builder.add(
        from,
        to,
        chip ? Decoration.replace({ widget: new ChipWidget(chip) }) : Decoration.mark({ class: 'expression-code' }),
      )
    }
    return builder.finish()
  }
  return ViewPlugin.fromClass(
    class {
      decorations: DecorationSet
      constructor(view: EditorView) {
        this.decorations = build(view)
      }
      update(update: ViewUpdate): void {
        const moved = update.startState.field(unfolded) !== update.state.field(unfolded)
        if (update.docChanged || moved) this.decorations = build(update.view)
      }
    },
    {
      decorations: (plugin) => plugin.decorations,
      // Chips count as one letter; code between braces is edited like any text.
      provide: (plugin) =>
        EditorView.atomicRanges.of((view) => {
          const all = view.plugin(plugin)?.decorations ?? Decoration.none
          return all.update({ filter: (_, __, decoration) => decoration.spec.widget !== undefined })
        }),
    },
  )
}

/** Opens a chip on a double click, and closes it when the caret leaves it. */
const unfolding: Extension = [
  unfolded,
  EditorView.domEventHandlers({
    dblclick(event, view) {
      if (!(event.target instanceof HTMLElement) || !event.target.closest('.expression-chip')) return false
      const at = view.posAtDOM(event.target)
      view.dispatch({ effects: unfold.of(at), selection: { anchor: at + 2 } })
      return true
    },
  }),
  EditorView.updateListener.of(({ state, view, selectionSet }) => {
    const open = state.field(unfolded)
    if (open === null || !selectionSet) return
    const { head } = state.selection.main
    const token = tokensIn(state.doc.toString()).find(({ from, to }) => open >= from && open <= to)
    if (!token || head < token.from || head > token.to)
      queueMicrotask(() => view.dispatch({ effects: unfold.of(null) }))
  }),
]

const theme = EditorView.theme({
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'inherit', lineHeight: '24px' },
  '.cm-content': { padding: '3px 0', caretColor: 'var(--text-1)' },
  '.cm-line': { padding: '0 9px' },
  '.cm-placeholder': { color: 'var(--text-3)' },
})

export function createExpressionEditor(options: ExpressionEditorOptions): ExpressionEditor {
  const dynamic = new Compartment()
  const configure = ({
    attributes,
    chipOf,
    isReadOnly,
  }: Pick<ExpressionEditorOptions, 'attributes' | 'chipOf' | 'isReadOnly'>) => [
    EditorView.contentAttributes.of(attributes),
    EditorState.readOnly.of(isReadOnly),
    EditorView.editable.of(!isReadOnly),
    // Text that cannot be edited takes no focus by itself, and the keys could not scroll it.
    isReadOnly ? EditorView.contentAttributes.of({ tabindex: '0' }) : [],
    chips(chipOf),
  ]
  const text = textOfEditor(options.onChange)
  const view = new EditorView({
    parent: options.parent,
    doc: options.value,
    extensions: [
      history(),
      Prec.high(
        keymap.of([
          {
            key: 'Alt-ArrowDown',
            run() {
              options.onPick()
              return true
            },
          },
          ...(options.isMultiline ? [] : [{ key: 'Enter', run: () => true }]),
        ]),
      ),
      keymap.of([...defaultKeymap, ...historyKeymap]),
      EditorView.lineWrapping,
      placeholder(options.placeholder),
      unfolding,
      dynamic.of(configure(options)),
      theme,
      EditorView.domEventHandlers({
        focus: () => options.onFocus(),
        blur: (event) => options.onBlur(event),
      }),
      text.extension,
    ],
  })
  return {
    setValue: (value) => text.set(view, value),
    setOptions: (changed) => view.dispatch({ effects: dynamic.reconfigure(configure(changed)) }),
    insert(text) {
      view.dispatch(view.state.replaceSelection(text), { userEvent: 'input.paste', scrollIntoView: true })
      view.focus()
    },
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  }
}
