import { cx } from './cx.ts'

const IS_MAC = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent)
const NAMES: Record<string, string> = IS_MAC
  ? { mod: '⌘', shift: '⇧', alt: '⌥', enter: '↵', delete: '⌫', escape: 'esc' }
  : { mod: 'Ctrl', shift: 'Shift', alt: 'Alt', enter: '↵', delete: 'Del', escape: 'Esc' }

/** `mod+shift+z` as people of this system write it. */
export function shortcutText(keys: string): string {
  const parts = keys.split('+').map((key) => NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key))
  return parts.join(IS_MAC ? '' : '+')
}

/** Keys to press, written `mod+k`; `mod` is Command on a Mac and Ctrl elsewhere. */
export const Kbd = ({ keys, inverse = false }: { keys: string; inverse?: boolean }) => (
  <kbd
    className={cx(
      'inline-flex h-4.5 min-w-4.5 shrink-0 items-center justify-center rounded-xs border px-1 font-sans text-[11px] leading-none font-medium',
      inverse ? 'border-current/35' : 'border-line-2 bg-inset text-ink-3',
    )}
  >
    {shortcutText(keys)}
  </kbd>
)
