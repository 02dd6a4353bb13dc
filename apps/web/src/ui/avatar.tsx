import { colourOf } from './colour-of.ts'
import { cx } from './cx.ts'
import { Tip } from './tooltip.tsx'

const SIZES = { sm: 'size-5 text-[9px]', md: 'size-6 text-[10px]', lg: 'size-8 text-xs' }

interface AvatarProps {
  name: string
  imageUrl?: string | null | undefined
  size?: keyof typeof SIZES
}

/** A person, by picture or initials; the name shows on hover. */
export function Avatar({ name, imageUrl, size = 'sm' }: AvatarProps) {
  const initials = name
    .split(/\s+/)
    .filter(Boolean)
    .slice(0, 2)
    .map((word) => word[0]?.toUpperCase())
    .join('')
  const className = cx('inline-grid shrink-0 place-items-center rounded-full font-strong text-white', SIZES[size])
  return (
    <Tip text={name}>
      {imageUrl ? (
        <img src={imageUrl} alt={name} className={cx(className, 'object-cover')} />
      ) : (
        <span role="img" aria-label={name} className={cx(className, colourOf(name))}>
          {initials || '?'}
        </span>
      )}
    </Tip>
  )
}
