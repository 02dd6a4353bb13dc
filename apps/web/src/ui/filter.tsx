import { Plus, Search, X } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Checkbox } from './checkbox.tsx'
import { cx } from './cx.ts'
import { Input } from './input.tsx'
import { Popover } from './popover.tsx'

export interface FilterOption {
  value: string
  label: string
}

interface FilterProps {
  label: string
  options: readonly FilterOption[]
  /** The chosen values; nothing means all. */
  values: readonly string[]
  onChange(values: string[]): void
  /** One value at most. */
  single?: boolean
}

const SEARCH_FROM = 9

/** Narrows a list: dashed while it is not set, with its values once it is. */
export function Filter(props: FilterProps) {
  const { label, options, values, onChange, single = false } = props
  const { t } = useTranslation()
  const [search, setSearch] = useState('')
  const [isOpen, setOpen] = useState(false)
  const isSet = values.length > 0
  const shown = options.filter((option) => option.label.toLowerCase().includes(search.toLowerCase()))
  const chosen = values.map((value) => options.find((option) => option.value === value)?.label ?? value)

  const toggle = (value: string, isOn: boolean): void => {
    if (single) {
      onChange(isOn ? [value] : [])
      setOpen(false)
    } else onChange(isOn ? [...values, value] : values.filter((other) => other !== value))
  }

  return (
    <span
      className={cx(
        'inline-flex h-8 shrink-0 items-center rounded-md border text-ink-2 max-sm:h-11',
        isSet ? 'border-line-control bg-control' : 'border-dashed border-line-control hover:bg-hover',
      )}
    >
      <Popover
        label={label}
        open={isOpen}
        onOpenChange={setOpen}
        className="w-60"
        trigger={
          <button type="button" className="flex h-full items-center gap-1.5 rounded-md px-2.5 whitespace-nowrap">
            {!isSet && <Plus aria-hidden size={14} className="text-ink-3" />}
            {label}
            {isSet && (
              <span className="max-w-50 truncate font-medium text-ink-1">
                {chosen.length > 2 ? `${chosen.slice(0, 2).join(', ')} +${chosen.length - 2}` : chosen.join(', ')}
              </span>
            )}
          </button>
        }
      >
        {options.length >= SEARCH_FROM && (
          <Input
            size="sm"
            icon={Search}
            aria-label={t('filter.search')}
            placeholder={t('filter.search')}
            value={search}
            onValueChange={setSearch}
            className="mb-1"
          />
        )}
        <ul className="max-h-72 overflow-y-auto">
          {shown.map((option) => (
            <li key={option.value} className="rounded-sm px-2 py-1 hover:bg-hover">
              <Checkbox checked={values.includes(option.value)} onChange={(isOn) => toggle(option.value, isOn)}>
                {option.label}
              </Checkbox>
            </li>
          ))}
          {shown.length === 0 && <li className="px-2 py-1 text-sm text-ink-3">{t('nothingFound')}</li>}
        </ul>
      </Popover>
      {isSet && (
        <button
          type="button"
          aria-label={t('filter.remove', { name: label })}
          onClick={() => onChange([])}
          className="grid h-full w-7 place-items-center rounded-md text-ink-3 hover:text-ink-1"
        >
          <X aria-hidden size={14} />
        </button>
      )}
    </span>
  )
}
