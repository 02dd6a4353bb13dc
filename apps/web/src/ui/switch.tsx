import { Switch as Base } from '@base-ui/react/switch'
import { cx } from './cx.ts'

interface SwitchProps {
  checked: boolean
  onChange(checked: boolean): void
  label?: string
  disabled?: boolean
  /** Why it cannot be turned now. */
  refusal?: string | undefined
  /** Grey when on: in lists, a column of accent would outshout a failure. */
  quiet?: boolean
  id?: string
}

/** On or off, at once. */
export const Switch = ({ checked, onChange, label, disabled = false, refusal, quiet = false, id }: SwitchProps) => (
  <Base.Root
    id={id}
    checked={checked}
    disabled={disabled || refusal !== undefined}
    title={refusal}
    aria-label={label}
    onCheckedChange={(value) => onChange(value)}
    className={cx(
      'relative inline-flex h-4 w-7 shrink-0 rounded-full bg-line-control-hover transition-colors before:absolute before:-inset-2 data-disabled:opacity-45',
      quiet ? 'data-checked:bg-ink-2' : 'data-checked:bg-accent',
    )}
  >
    <Base.Thumb
      className={cx(
        'absolute top-0.5 left-0.5 size-3 rounded-full bg-white transition-transform data-checked:translate-x-3',
        quiet && 'dark:data-checked:bg-raised',
      )}
    />
  </Base.Root>
)
