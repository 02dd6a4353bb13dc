const MINUTES_OF = { minutes: 1, hours: 60, days: 1440 } as const
const LONGEST = 365 * MINUTES_OF.days

export type Unit = keyof typeof MINUTES_OF

/** A time as somebody types it; no amount is none. */
export interface Interval {
  amount: string
  unit: Unit
}

/** The interval of so many minutes, in the largest unit that fits. */
export function intervalOf(minutes: number | null): Interval {
  if (minutes === null) return { amount: '', unit: 'hours' }
  const unit = (['days', 'hours'] as const).find((one) => minutes % MINUTES_OF[one] === 0) ?? 'minutes'
  return { amount: String(minutes / MINUTES_OF[unit]), unit }
}

/** @returns the minutes of an interval; null for none, undefined for what is no time up to a year */
export function minutesOf({ amount, unit }: Interval): number | null | undefined {
  if (amount.trim() === '') return null
  const minutes = Number(amount) * MINUTES_OF[unit]
  return Number.isInteger(minutes) && minutes >= 1 && minutes <= LONGEST ? minutes : undefined
}
