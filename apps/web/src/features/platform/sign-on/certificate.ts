const DAY_MS = 86_400_000
/** Early enough to get another certificate. */
const WARN_DAYS = 30

/** The whole days for which a certificate is still good; negative after its end. */
export const daysLeft = (expiresAt: string, now: number): number => Math.floor((Date.parse(expiresAt) - now) / DAY_MS)

export const isDue = (expiresAt: string, now: number): boolean => daysLeft(expiresAt, now) < WARN_DAYS
