import type { ReactNode } from 'react'
import { cx } from '../../ui/cx.ts'

/** The room below the header, which scrolls. */
export const Page = ({ className, children }: { className?: string | undefined; children: ReactNode }) => (
  <div className="min-h-0 flex-1 overflow-y-auto">
    <div className={cx('flex flex-col gap-3 px-6 pt-4 pb-5 max-sm:px-3', className)}>{children}</div>
  </div>
)
