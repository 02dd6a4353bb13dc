/** How long to wait between attempts. */
export interface BackOff {
  /** The wait before the second attempt; each later wait is twice as long. */
  readonly firstMs: number
  readonly longestMs: number
  /** The wait is multiplied by a random number between these, so that many callers do not retry at the same time. */
  readonly spread?: readonly [least: number, most: number]
}

/**
 * The wait after an attempt has failed.
 * @param attempt the number of failed attempts: 1 after the first.
 */
export function delayOf({ firstMs, longestMs, spread }: BackOff, attempt: number): number {
  const delayMs = Math.min(firstMs * 2 ** (attempt - 1), longestMs)
  if (spread === undefined) return delayMs
  const [least, most] = spread
  return delayMs * (least + Math.random() * (most - least))
}
