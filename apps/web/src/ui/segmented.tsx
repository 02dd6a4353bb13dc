import { Toggle } from '@base-ui/react/toggle'
import { ToggleGroup } from '@base-ui/react/toggle-group'
import type { ReactNode } from 'react'

interface SegmentedProps<T extends string> {
  value: T
  options: readonly { value: T; label: string; icon?: ReactNode }[]
  onChange(value: T): void
  label: string
}

/** A choice of two to four, all in view. */
export const Segmented = <T extends string>({ value, options, onChange, label }: SegmentedProps<T>) => (
  <ToggleGroup
    aria-label={label}
    value={[value]}
    onValueChange={([next]: T[]) => {
      if (next !== undefined) onChange(next)
    }}
    className="inline-flex shrink-0 gap-0.5 rounded-sm bg-active p-0.5"
  >
    {options.map((option) => (
      <Toggle
        key={option.value}
        value={option.value}
        className="inline-flex h-5 items-center gap-1 rounded-xs px-1.5 text-xs text-ink-2 hover:text-ink-1 max-sm:h-9 max-sm:px-3 max-sm:text-sm data-pressed:bg-raised data-pressed:text-ink-1 data-pressed:shadow-card dark:data-pressed:bg-line-control"
      >
        {option.icon}
        {option.label}
      </Toggle>
    ))}
  </ToggleGroup>
)
