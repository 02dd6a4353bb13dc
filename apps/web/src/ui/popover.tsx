import { Popover as Base } from '@base-ui/react/popover'
import type { ReactElement, ReactNode } from 'react'
import { cx } from './cx.ts'
import { FLOAT } from './menu-styles.ts'

interface PopoverProps {
  trigger: ReactElement
  /** Its name for screen readers. */
  label: string
  open?: boolean
  onOpenChange?(open: boolean): void
  align?: 'start' | 'center' | 'end'
  className?: string
  children: ReactNode
}

/** A small panel next to the button that opens it. */
export const Popover = ({ trigger, label, open, onOpenChange, align = 'start', className, children }: PopoverProps) => (
  <Base.Root {...(open === undefined ? {} : { open })} onOpenChange={(next) => onOpenChange?.(next)}>
    <Base.Trigger render={trigger} />
    <Base.Portal>
      <Base.Positioner sideOffset={4} align={align} className="z-50">
        <Base.Popup
          aria-label={label}
          className={cx(FLOAT, 'max-h-(--available-height) overflow-y-auto p-2', className)}
        >
          {children}
        </Base.Popup>
      </Base.Positioner>
    </Base.Portal>
  </Base.Root>
)
