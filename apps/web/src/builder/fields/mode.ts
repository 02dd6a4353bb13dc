import { textOf } from './controls/text.tsx'

export type Mode = 'value' | 'expression'

/** How a field with a control of its own is filled: as the flow says, or as its value shows. */
export function modeOf(saved: 'MANUAL' | 'DYNAMIC' | undefined, value: unknown): Mode {
  if (saved === 'DYNAMIC') return 'expression'
  return typeof value === 'string' && value.includes('{{') ? 'expression' : 'value'
}

/** The value in the other way to fill the field: words stay words, and what has no words is lost. */
export function valueIn(mode: Mode, value: unknown, initial: unknown): unknown {
  if (mode === 'expression') return typeof value === 'object' && value !== null ? '' : textOf(value)
  return typeof value === 'string' && value.includes('{{') ? initial : value === '' ? initial : value
}
