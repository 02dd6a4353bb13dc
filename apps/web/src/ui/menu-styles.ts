/** The look of menus, pickers and popovers, which float above the page. */
export const FLOAT = 'rounded-md border border-line-2 bg-float shadow-float outline-none'

/** One line of a menu or a list of choices. */
export const ITEM =
  'flex h-8 w-full cursor-default items-center gap-2 rounded-sm px-2 text-sm text-ink-1 outline-none select-none ' +
  'data-highlighted:bg-hover data-disabled:text-ink-disabled max-sm:h-11'
