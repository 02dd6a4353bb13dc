import { Tabs as Base } from '@base-ui/react/tabs'
import type { ReactNode } from 'react'
import { cx } from './cx.ts'

export interface Tab<T extends string> {
  value: T
  label: string
  count?: number
  content: ReactNode
}

interface TabsProps<T extends string> {
  value: T
  onChange(value: T): void
  tabs: readonly Tab<T>[]
  label: string
  /** At the right of the tabs. */
  aside?: ReactNode
  className?: string
}

/** Views of one thing; one of them shows. */
export const Tabs = <T extends string>({ value, onChange, tabs, label, aside, className }: TabsProps<T>) => (
  <Base.Root
    value={value}
    onValueChange={(next: T) => onChange(next)}
    className={cx('flex min-h-0 flex-col', className)}
  >
    <div className="flex items-center gap-4 border-b border-line-1 px-4">
      <Base.List aria-label={label} className="relative flex min-w-0 gap-4 overflow-x-auto">
        {tabs.map((tab) => (
          <Base.Tab
            key={tab.value}
            value={tab.value}
            className="inline-flex h-9 items-center gap-1.5 border-b-2 border-transparent text-sm whitespace-nowrap text-ink-2 hover:text-ink-1 focus-visible:-outline-offset-2 data-active:border-accent data-active:font-medium data-active:text-ink-1"
          >
            {tab.label}
            {tab.count !== undefined && (
              <span className="text-xs font-regular text-ink-3 tabular-nums">{tab.count}</span>
            )}
          </Base.Tab>
        ))}
      </Base.List>
      {aside && <div className="ml-auto flex items-center gap-2">{aside}</div>}
    </div>
    {tabs.map((tab) => (
      <Base.Panel key={tab.value} value={tab.value} className="min-h-0 flex-1 overflow-auto">
        {tab.content}
      </Base.Panel>
    ))}
  </Base.Root>
)
