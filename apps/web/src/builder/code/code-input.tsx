import { Suspense, use, useEffect, useRef } from 'react'
import { cx } from '../../ui/cx.ts'
import { CONTROL } from '../../ui/input.tsx'
import type { CodeEditor, Language } from './code-editor.ts'
import type { CompileProblem, Inputs } from './inputs.ts'

interface CodeInputProps {
  value: string
  onChange(value: string): void
  language: Language
  label: string
  isReadOnly?: boolean
  /** The last values of the inputs of the code. */
  inputs?: Inputs
  /** The places that the compiler complained of in the last test. */
  problems?: readonly CompileProblem[]
  className?: string
}

const NO_PROBLEMS: readonly CompileProblem[] = []

let loading: Promise<typeof import('./code-editor.ts')> | undefined
const editorModule = () => {
  loading ??= import('./code-editor.ts')
  return loading
}

/** Code with its colours. The editor comes with its first use. */
export const CodeInput = (props: CodeInputProps) => (
  <div className={cx(CONTROL, 'min-h-20 overflow-auto rounded-md', props.className)}>
    <Suspense fallback={<pre className="p-2 font-mono text-xs text-ink-2">{props.value}</pre>}>
      <Editor {...props} />
    </Suspense>
  </div>
)

function Editor(props: CodeInputProps) {
  const { value, isReadOnly = false, language, problems = NO_PROBLEMS } = props
  const { createCodeEditor } = use(editorModule())
  const frame = useRef<HTMLDivElement>(null)
  const editor = useRef<CodeEditor | undefined>(undefined)
  const latest = useRef(props)
  latest.current = props
  useEffect(() => {
    if (!frame.current) return
    const { value: text, label, isReadOnly: isLocked = false } = latest.current
    const made = createCodeEditor({
      ...{ parent: frame.current, value: text, language, label, isReadOnly: isLocked },
      inputs: () => latest.current.inputs ?? {},
      onChange: (next) => latest.current.onChange(next),
    })
    editor.current = made
    return () => made.destroy()
  }, [createCodeEditor, language])
  useEffect(() => editor.current?.setValue(value), [value])
  useEffect(() => editor.current?.setReadOnly(isReadOnly), [isReadOnly])
  useEffect(() => editor.current?.showProblems(problems), [problems])
  return <div ref={frame} className="h-full min-w-0" />
}
