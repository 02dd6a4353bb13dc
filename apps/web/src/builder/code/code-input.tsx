import { CloudOff } from 'lucide-react'
import { type RefObject, Suspense, use, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLiveState } from '../../app/live.ts'
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
  /** The names of the packages that the code can use. */
  packages?: readonly string[]
  /** Gets the editor while there is one. */
  editor?: RefObject<CodeEditor | undefined>
  /** The places that the compiler complained of in the last test. */
  problems?: readonly CompileProblem[]
  className?: string
}

const NO_PROBLEMS: readonly CompileProblem[] = []
const NO_INPUTS: Inputs = {}
const NO_PACKAGES: readonly string[] = []

type EditorModule = typeof import('./code-editor.ts')

/** The code of the editor; undefined while it cannot be had. */
const load = (): Promise<EditorModule | undefined> => import('./code-editor.ts').catch(() => undefined)

let loading: Promise<EditorModule | undefined> | undefined
const editorModule = (): Promise<EditorModule | undefined> => {
  loading ??= load()
  return loading
}

/** Code with its colours. The editor comes with its first use; without a connection, its text can be edited meanwhile. */
export const CodeInput = (props: CodeInputProps) => (
  <div className={cx(CONTROL, 'min-h-20 overflow-auto rounded-md', props.className)}>
    <Suspense fallback={<pre className="p-2 font-mono text-xs text-ink-2">{props.value}</pre>}>
      <Editor {...props} />
    </Suspense>
  </div>
)

function Editor(props: CodeInputProps) {
  const [wanted, setWanted] = useState(editorModule)
  const found = use(wanted)
  if (found) return <Loaded {...props} createCodeEditor={found.createCodeEditor} />
  return (
    <PlainText
      {...props}
      onConnection={() => {
        loading = load()
        setWanted(loading)
      }}
    />
  )
}

/** The code without an editor, as long as that cannot be loaded. */
function PlainText(props: CodeInputProps & { onConnection(): void }) {
  const { t } = useTranslation('fields')
  const { value, onChange, label, isReadOnly = false, onConnection } = props
  const isConnected = useLiveState((state) => state.isConnected)
  const wasConnected = useRef(isConnected)
  const again = useRef(onConnection)
  again.current = onConnection
  useEffect(() => {
    if (isConnected && !wasConnected.current) again.current()
    wasConnected.current = isConnected
    const retry = (): void => again.current()
    addEventListener('online', retry)
    return () => removeEventListener('online', retry)
  }, [isConnected])
  return (
    <div className="flex h-full min-h-20 flex-col">
      <p role="status" className="flex items-center gap-1.5 border-b border-line-1 px-2 py-1 text-xs text-ink-2">
        <CloudOff aria-hidden size={14} className="shrink-0 text-warning-fg" />
        {t('code.offline')}
      </p>
      <textarea
        aria-label={label}
        value={value}
        readOnly={isReadOnly}
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
        className="min-h-20 w-full flex-1 resize-none bg-transparent p-2 font-mono text-xs outline-none"
      />
    </div>
  )
}

function Loaded(props: CodeInputProps & Pick<EditorModule, 'createCodeEditor'>) {
  const { value, isReadOnly = false, language, problems = NO_PROBLEMS, createCodeEditor } = props
  const { inputs = NO_INPUTS, packages = NO_PACKAGES } = props
  const frame = useRef<HTMLDivElement>(null)
  const own = useRef<CodeEditor | undefined>(undefined)
  const editor = props.editor ?? own
  const latest = useRef(props)
  latest.current = props
  useEffect(() => {
    if (!frame.current) return
    const { value: text, label, isReadOnly: isLocked = false } = latest.current
    const made = createCodeEditor({
      ...{ parent: frame.current, value: text, language, label, isReadOnly: isLocked },
      context: () => ({
        inputs: latest.current.inputs ?? NO_INPUTS,
        packages: latest.current.packages ?? NO_PACKAGES,
      }),
      onChange: (next) => latest.current.onChange(next),
    })
    editor.current = made
    return () => {
      editor.current = undefined
      made.destroy()
    }
  }, [createCodeEditor, language, editor])
  useEffect(() => editor.current?.setValue(value), [value, editor])
  useEffect(() => editor.current?.setReadOnly(isReadOnly), [isReadOnly, editor])
  useEffect(() => editor.current?.showProblems(problems), [problems, editor])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the editor reads them itself, and has to know when they change
  useEffect(() => editor.current?.recheck(), [inputs, packages, editor])
  return <div ref={frame} className="h-full min-w-0" />
}
