import type { LucideIcon } from 'lucide-react'
import { useState } from 'react'
import { colourOf } from './colour-of.ts'
import { cx } from './cx.ts'

const SIZES = {
  xs: 'size-3.5 rounded-xs text-[9px]',
  sm: 'size-5 rounded-xs text-[11px]',
  md: 'size-6 rounded-sm text-xs',
  lg: 'size-8 rounded-md text-[15px]',
}
const ICONS = { xs: 10, sm: 14, md: 16, lg: 18 }

interface TileProps {
  name: string
  /** A logo; when it cannot be loaded, the letter stands in. */
  imageUrl?: string | undefined
  /** For what is built in: grey, with this icon. */
  icon?: LucideIcon | undefined
  size?: keyof typeof SIZES
}

/** The sign of a piece or of a built-in step. The name stands next to it, so it says nothing to screen readers. */
export function Tile({ name, imageUrl, icon: Icon, size = 'md' }: TileProps) {
  const [isBroken, setBroken] = useState(false)
  const box = cx('inline-grid shrink-0 place-items-center font-strong', SIZES[size])
  if (Icon)
    return (
      <span aria-hidden className={cx(box, 'bg-tile-neutral text-tile-ink')}>
        <Icon size={ICONS[size]} strokeWidth={1.5} />
      </span>
    )
  if (imageUrl && !isBroken)
    return (
      <span aria-hidden className={cx(box, 'overflow-hidden bg-tile-neutral')}>
        <img src={imageUrl} alt="" onError={() => setBroken(true)} className="size-[78%] object-contain" />
      </span>
    )
  return (
    <span aria-hidden className={cx(box, colourOf(name), 'text-white')}>
      {name.trim()[0]?.toUpperCase() ?? '?'}
    </span>
  )
}
