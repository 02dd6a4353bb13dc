/** A day in digits: `2024-02-30`, `2024/2/30`, or with the year last. */
const YEAR_FIRST = /^\s*(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)/
const YEAR_LAST = /^\s*(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?!\d)/

/**
 * Whether a date that begins with digits names a day that exists. The runtime takes 30 February for 1 March. Where the
 * year comes last, it is enough that one order of day and month gives a day.
 */
export function namesRealDay(text: string): boolean {
  const first = YEAR_FIRST.exec(text)
  if (first) return isDay(Number(first[1]), Number(first[2]), Number(first[3]))
  const last = YEAR_LAST.exec(text)
  if (!last) return true
  const [one, other, year] = [Number(last[1]), Number(last[2]), Number(last[3])]
  return isDay(year, one, other) || isDay(year, other, one)
}

function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
}
