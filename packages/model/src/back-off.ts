/** How long to wait between attempts. */
export interface BackOff {
  /** Before the second attempt; each later wait is twice as long. */
  readonly firstMs: number
  readonly longestMs: number
  /** The wait is multiplied by a number between these, so that many callers do not come back at once. */
  readonly spread?: readonly [least: number, most: number]
}

/**
 * The wait after an attempt has failed.
 * @param attempt how many have failed so far: 1 after the first.
 */
export function delayOf({ firstMs, longestMs, spread }: BackOff, attempt: number): number {
  const delayMs = Math.min(firstMs * 2 ** (attempt - 1), longestMs)
  if (spread === undefined) return delayMs
  const [least, most] = spread
  return delayMs * (least + Math.random() * (most - least))
}
