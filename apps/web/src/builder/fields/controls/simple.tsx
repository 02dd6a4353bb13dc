import { Input } from '../../../ui/input.tsx'
import { Switch } from '../../../ui/switch.tsx'
import { useStep } from '../step-context.ts'
import type { ControlProps } from '../types.ts'
import { toLocalTime, toMoment } from './date-time.ts'
import { textOf } from './text.tsx'

/** A number; what is none yet is kept as it is typed. */
export function NumberControl({ value, onChange, labelId, isInvalid }: ControlProps) {
  const { isReadOnly } = useStep()
  const change = (text: string): void => {
    const number = Number(text)
    onChange(text.trim() === '' ? undefined : Number.isFinite(number) && String(number) === text ? number : text)
  }
  return (
    <Input
      inputMode="decimal"
      value={textOf(value)}
      aria-labelledby={labelId}
      aria-invalid={isInvalid || undefined}
      disabled={isReadOnly}
      onValueChange={change}
    />
  )
}

export function CheckboxControl({ property, value, onChange }: ControlProps) {
  const { isReadOnly } = useStep()
  const isOn = value === true || value === 'true'
  return <Switch checked={isOn} label={property.displayName ?? ''} disabled={isReadOnly} onChange={onChange} />
}

/** A moment, shown in the time of this computer and kept as the same moment everywhere. */
export function DateTimeControl({ value, onChange, labelId, isInvalid }: ControlProps) {
  const { isReadOnly } = useStep()
  return (
    <Input
      type="datetime-local"
      step={1}
      value={toLocalTime(value)}
      aria-labelledby={labelId}
      aria-invalid={isInvalid || undefined}
      disabled={isReadOnly}
      onValueChange={(text) => onChange(toMoment(text))}
    />
  )
}

const COLOUR = /^#[0-9a-f]{6}$/i

export function ColourControl({ value, onChange, labelId, isInvalid }: ControlProps) {
  const { isReadOnly } = useStep()
  const text = textOf(value)
  return (
    <div className="flex items-center gap-2">
      <input
        type="color"
        value={COLOUR.test(text) ? text : '#000000'}
        aria-labelledby={labelId}
        disabled={isReadOnly}
        onChange={(event) => onChange(event.target.value)}
        className="size-8 shrink-0 rounded-md border border-line-control bg-control p-1"
      />
      <Input
        value={text}
        mono
        placeholder="#1a2b3c"
        aria-labelledby={labelId}
        aria-invalid={isInvalid || undefined}
        disabled={isReadOnly}
        onValueChange={onChange}
      />
    </div>
  )
}
