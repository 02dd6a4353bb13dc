import { Popover as Base } from '@base-ui/react/popover'
import type { ReactNode } from 'react'
import { cx } from './cx.ts'
import { FLOAT } from './menu-styles.ts'

interface AnchoredProps {
  /** The element that it stands next to; it is closed while there is none. */
  anchor: Element | null
  /** Its name for screen readers. */
  label: string
  onClose(): void
  /** Whether the focus goes back to where it was when the panel closes. */
  returnsFocus?(): boolean
  side?: 'bottom' | 'right'
  className?: string
  children: ReactNode
}

/** A small panel next to an element that something else than a button of its own opened. */
export const Anchored = ({
  anchor,
  label,
  onClose,
  returnsFocus = () => true,
  side = 'right',
  className,
  children,
}: AnchoredProps) => (
  <Base.Root open={anchor !== null} onOpenChange={(next) => (next ? undefined : onClose())}>
    <Base.Portal>
      <Base.Positioner anchor={anchor} side={side} sideOffset={8} align="start" collisionPadding={8} className="z-50">
        <Base.Popup
          aria-label={label}
          finalFocus={() => returnsFocus()}
          className={cx(FLOAT, 'flex max-h-(--available-height) flex-col', className)}
        >
          {children}
        </Base.Popup>
      </Base.Positioner>
    </Base.Portal>
  </Base.Root>
)
