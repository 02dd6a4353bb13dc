import { Select as Base } from '@base-ui/react/select'
import { Check, ChevronDown } from 'lucide-react'
import type { ReactNode } from 'react'
import { cx } from './cx.ts'
import { CONTROL } from './input.tsx'
import { FLOAT, ITEM } from './menu-styles.ts'

export interface Option<T extends string> {
  value: T
  label: string
  /** In its place in the list, under the label. */
  help?: string
  icon?: ReactNode
  disabled?: boolean
}

interface SelectProps<T extends string> {
  value: T | null
  options: readonly Option<T>[]
  onChange(value: T): void
  placeholder?: string
  /** Its name, where it is in no `Field`. */
  label?: string
  disabled?: boolean
  size?: 'md' | 'sm'
  className?: string
}

/** One of a few. For many, or for search, use `Combobox`. */
export function Select<T extends string>(props: SelectProps<T>) {
  const { value, options, onChange, placeholder, label, disabled = false, size = 'md', className } = props
  return (
    <Base.Root<T>
      items={options}
      value={value}
      disabled={disabled}
      onValueChange={(next) => {
        if (next !== null) onChange(next)
      }}
    >
      <Base.Trigger
        aria-label={label}
        className={cx(
          CONTROL,
          'flex items-center gap-2 text-left data-disabled:bg-hover data-disabled:text-ink-disabled',
          size === 'md' ? 'h-8 rounded-md px-2.5 max-sm:h-11' : 'h-7 rounded-sm px-2 text-sm max-sm:h-9',
          className,
        )}
      >
        <Base.Value className="min-w-0 flex-1 truncate data-placeholder:text-ink-3">
          {(current: T | null) => options.find((option) => option.value === current)?.label ?? placeholder ?? ''}
        </Base.Value>
        <Base.Icon>
          <ChevronDown aria-hidden size={14} className="text-ink-3" />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} alignItemWithTrigger={false} className="z-50">
          <Base.Popup className={cx(FLOAT, 'max-h-80 min-w-(--anchor-width) overflow-y-auto p-1')}>
            {options.map((option) => (
              <Base.Item
                key={option.value}
                value={option.value}
                disabled={option.disabled ?? false}
                className={cx(ITEM, 'h-auto min-h-8 py-1')}
              >
                {option.icon}
                <span className="min-w-0 flex-1">
                  <Base.ItemText>{option.label}</Base.ItemText>
                  {option.help && <span className="block text-xs text-ink-3">{option.help}</span>}
                </span>
                <Base.ItemIndicator>
                  <Check aria-hidden size={14} className="text-accent-text" />
                </Base.ItemIndicator>
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
