import { ExpressionInput } from '../expression-input.tsx'
import type { ControlProps } from '../types.ts'

/** A value as the text of a field. */
export const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value, null, 2)

const fieldOf = ({ value, onChange, labelId, isInvalid }: ControlProps) => ({
  value: textOf(value),
  onChange,
  labelId,
  isInvalid,
})

export const ShortText = (props: ControlProps) => <ExpressionInput {...fieldOf(props)} />

export const LongText = (props: ControlProps) => <ExpressionInput {...fieldOf(props)} isMultiline />

/** JSON is kept as it is typed: expressions in it are no JSON before they have their values. */
export const JsonText = (props: ControlProps) => <ExpressionInput {...fieldOf(props)} isMultiline isMono />
