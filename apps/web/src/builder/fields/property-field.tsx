import type { PropertyMetadata } from '@piecework/model/piece/property'
import { CircleAlert, FunctionSquare } from 'lucide-react'
import { useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Segmented } from '../../ui/segmented.tsx'
import { textOf } from './controls/text.tsx'
import { ExpressionInput } from './expression-input.tsx'
import { Markdown } from './markdown-text.tsx'
import { type Mode, modeOf, valueIn } from './mode.ts'
import { FIELDS } from './registry.ts'
import { useStep } from './step-context.ts'
import type { FieldKind, NestedProps } from './types.ts'
import { useProblem } from './use-problem.ts'

/** The fields of a set of properties. */
export function Properties({ path, properties, values, onChange }: NestedProps) {
  return (
    <div className="flex flex-col gap-4">
      {Object.entries(properties).map(([name, property]) => (
        <PropertyField
          key={name}
          path={path === '' ? name : `${path}.${name}`}
          property={property}
          value={values[name]}
          onChange={(value) => onChange(withValue(values, name, value))}
        />
      ))}
    </div>
  )
}

/** The values with one of them changed; an undefined one is left out. */
function withValue(values: Readonly<Record<string, unknown>>, name: string, value: unknown): Record<string, unknown> {
  const { [name]: _, ...others } = values
  return value === undefined ? others : { ...values, [name]: value }
}

interface PropertyFieldProps {
  path: string
  property: PropertyMetadata
  value: unknown
  onChange(value: unknown): void
}

/** One property of a piece: its name, its control, its description, and the problem with its value. */
export function PropertyField({ path, property, value, onChange }: PropertyFieldProps) {
  const { modeOf: savedMode, setMode: saveMode, isReadOnly } = useStep()
  const kind: FieldKind = FIELDS[property.type]
  const [chosen, setChosen] = useState<Mode | undefined>(undefined)
  const before = useRef<unknown>(undefined)
  const [isTouched, setTouched] = useState(false)
  const labelId = useId()
  const problem = useProblem(path, isTouched || (value !== undefined && value !== ''))
  const mode = kind.takes === 'switch' ? (chosen ?? modeOf(savedMode(path), value)) : 'value'

  const change = (next: Mode): void => {
    const other = before.current ?? valueIn(next, value, property.defaultValue)
    before.current = value
    setChosen(next)
    saveMode(path, next === 'expression' ? 'DYNAMIC' : 'MANUAL', other)
    // A property inside of another one is saved with that one.
    if (path.includes('.')) onChange(other)
  }
  if (kind.takes === 'none')
    return <kind.Control {...{ path, property, value, onChange, labelId }} isInvalid={false} Nested={Properties} />

  const isExpression = mode === 'expression'
  const control = isExpression ? (
    <ExpressionInput value={textOf(value)} onChange={onChange} labelId={labelId} isInvalid={problem !== undefined} />
  ) : (
    <kind.Control
      {...{ path, property, value, onChange, labelId }}
      isInvalid={problem !== undefined}
      Nested={Properties}
    />
  )
  const isInline = kind.hasOwnLabel === true && !isExpression
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only sees whether somebody was here
    <div className="flex min-w-0 flex-col gap-1.5" onBlur={() => setTouched(true)}>
      <div className="flex min-h-6 items-center gap-2 text-sm">
        {isInline && control}
        <span id={labelId} className={isInline ? 'min-w-0 text-ink-1' : 'min-w-0 font-medium text-ink-1'}>
          {property.displayName ?? path}
          {property.required && !isInline && (
            <span aria-hidden className="ml-1 text-failed-fg">
              *
            </span>
          )}
        </span>
        {kind.takes === 'switch' && !isReadOnly && (
          <span className="ml-auto">
            <ModeSwitch mode={mode} name={property.displayName ?? path} onChange={change} />
          </span>
        )}
      </div>
      {!isInline && control}
      {problem !== undefined && (
        <p role="alert" className="flex gap-1.5 text-xs text-failed-fg">
          <CircleAlert aria-hidden size={14} className="mt-px shrink-0" />
          <span className="min-w-0 break-words">{problem}</span>
        </p>
      )}
      {property.description && <Markdown text={property.description} className="text-xs text-ink-3" />}
    </div>
  )
}

function ModeSwitch({ mode, name, onChange }: { mode: Mode; name: string; onChange(mode: Mode): void }) {
  const { t } = useTranslation('fields')
  return (
    <Segmented<Mode>
      label={t('mode.of', { name })}
      value={mode}
      options={[
        { value: 'value', label: t('mode.value') },
        { value: 'expression', label: t('mode.expression'), icon: <FunctionSquare aria-hidden size={12} /> },
      ]}
      onChange={onChange}
    />
  )
}
