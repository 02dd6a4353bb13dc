import { Checkbox as Base } from '@base-ui/react/checkbox'
import { Check, Minus } from 'lucide-react'
import type { ReactNode } from 'react'

interface CheckboxProps {
  checked: boolean
  /** Some of what it stands for is chosen, and not all. */
  mixed?: boolean
  onChange(checked: boolean): void
  /** Its name for screen readers, where no words stand next to it. */
  label?: string
  disabled?: boolean
  children?: ReactNode
}

/** A choice that stands for itself. */
export function Checkbox({ checked, mixed = false, onChange, label, disabled = false, children }: CheckboxProps) {
  const box = (
    <Base.Root
      checked={checked}
      indeterminate={mixed}
      disabled={disabled}
      aria-label={label}
      onCheckedChange={(value) => onChange(value)}
      className="relative inline-grid size-4 shrink-0 place-items-center rounded-xs border border-line-control-hover bg-control text-on-accent before:absolute before:-inset-1.5 data-checked:border-accent data-checked:bg-accent data-indeterminate:border-accent data-indeterminate:bg-accent data-disabled:opacity-45"
    >
      <Base.Indicator keepMounted className="data-unchecked:hidden">
        {mixed ? <Minus aria-hidden size={12} strokeWidth={2.5} /> : <Check aria-hidden size={12} strokeWidth={2.5} />}
      </Base.Indicator>
    </Base.Root>
  )
  if (children === undefined) return box
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the box inside is the control
    <label className="flex min-h-6 items-center gap-2 text-sm">
      {box}
      <span className="min-w-0">{children}</span>
    </label>
  )
}
