import { Suspense, use, useEffect, useId, useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { cx } from '../../ui/cx.ts'
import { CONTROL } from '../../ui/input.tsx'
import { closePicker, goToPicker, offerData } from '../data/picker-state.ts'
import { chipOf } from './chip-of.ts'
import { EvaluatedValue } from './evaluated-value.tsx'
import type { ExpressionEditor } from './expression-editor.ts'
import { useStep } from './step-context.ts'

export interface ExpressionInputProps {
  value: string
  onChange(value: string): void
  /** The id of the words that name it, or the name itself. */
  labelId?: string
  label?: string
  placeholder?: string
  isMultiline?: boolean
  isMono?: boolean
  isInvalid?: boolean
  /** Leaves out the value under the field. */
  hidesValue?: boolean
  className?: string
}

let loading: Promise<typeof import('./expression-editor.ts')> | undefined
const editorModule = () => {
  loading ??= import('./expression-editor.ts')
  return loading
}

/** Text with references to data of earlier steps, which are shown as chips; under it, what it gives on the last data. */
export function ExpressionInput(props: ExpressionInputProps) {
  const { value, isInvalid = false, isMultiline = false, isMono = false, hidesValue = false, className } = props
  return (
    <div className={cx('flex min-w-0 flex-1 flex-col gap-1.5', className)}>
      <div
        className={cx(
          CONTROL,
          'overflow-y-auto rounded-md text-sm',
          isInvalid && 'border-failed-solid',
          isMultiline ? 'max-h-80 min-h-19' : 'max-h-40 min-h-8',
          isMono && 'font-mono',
        )}
      >
        <Suspense fallback={<div className="px-2.25 leading-8 whitespace-pre-wrap text-ink-2">{value}</div>}>
          <Editor {...props} />
        </Suspense>
      </div>
      {!hidesValue && value.includes('{{') && <EvaluatedValue text={value} />}
    </div>
  )
}

function Editor(props: ExpressionInputProps) {
  const { t } = useTranslation('fields')
  const { createExpressionEditor } = use(editorModule())
  const { steps, samples, isReadOnly } = useStep()
  const frame = useRef<HTMLDivElement>(null)
  const editor = useRef<ExpressionEditor | undefined>(undefined)
  const id = useId()
  const latest = useRef(props)
  latest.current = props

  const chip = useMemo(() => (token: string) => chipOf(token, steps, samples), [steps, samples])
  const { label, labelId, isInvalid = false, isMultiline = false, value } = props
  const attributes = useMemo(
    () => ({
      id,
      role: 'textbox',
      'aria-multiline': String(isMultiline),
      'aria-invalid': String(isInvalid),
      ...(labelId ? { 'aria-labelledby': labelId } : {}),
      ...(label ? { 'aria-label': label } : {}),
    }),
    [id, isMultiline, isInvalid, label, labelId],
  )
  const now = useRef({ attributes, chipOf: chip, isReadOnly })
  now.current = { attributes, chipOf: chip, isReadOnly }

  // biome-ignore lint/correctness/useExhaustiveDependencies: the editor lives as long as the field does
  useEffect(() => {
    const parent = frame.current
    if (!parent) return
    const made = createExpressionEditor({
      parent,
      ...now.current,
      value: latest.current.value,
      placeholder: latest.current.placeholder ?? t('expression.placeholder'),
      isMultiline,
      onChange: (text) => latest.current.onChange(text),
      onFocus: () => offerData(made),
      onBlur: ({ relatedTarget }) => {
        const isInPicker = relatedTarget instanceof HTMLElement && relatedTarget.closest('[data-picker]')
        // A click on nothing that takes the focus leaves the picker where it is.
        if (relatedTarget && !isInPicker) closePicker(made)
      },
      onPick: goToPicker,
    })
    editor.current = made
    return () => {
      closePicker(made)
      made.destroy()
    }
  }, [isMultiline])
  useEffect(() => editor.current?.setValue(value), [value])
  useEffect(() => editor.current?.setOptions({ attributes, chipOf: chip, isReadOnly }), [attributes, chip, isReadOnly])

  return <div ref={frame} className="min-w-0" />
}
