import { cx } from './cx.ts'

/** The shape of what is being loaded; `className` gives its size. */
export const Skeleton = ({ className }: { className?: string }) => (
  <span
    aria-hidden
    className={cx('block h-3 animate-[pulse-skeleton_1.6s_ease-in-out_infinite] rounded-xs bg-active', className)}
  />
)
