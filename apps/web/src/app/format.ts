import i18next from 'i18next'

const MINUTE = 60
const HOUR = 3600
const DAY = 86_400
const WEEK = 7 * DAY

/** The language of the app as the person's own country writes it: `en-GB` where the browser asks for that. */
function formatLocale(): string {
  const { language } = i18next
  const isSame = (tag: string): boolean => tag === language || tag.startsWith(`${language}-`)
  return (typeof navigator === 'undefined' ? [] : navigator.languages).find(isSame) ?? language
}

/** Keeps the formatters by language and options: a list of runs needs the same few hundreds of times, and making one takes long. */
function kept<Options, Format>(make: (locale: string, options: Options) => Format): (options: Options) => Format {
  const formats = new Map<string, Format>()
  return (options) => {
    const key = `${i18next.language} ${JSON.stringify(options)}`
    const known = formats.get(key) ?? make(formatLocale(), options)
    formats.set(key, known)
    return known
  }
}

const relative = kept((locale, options: Intl.RelativeTimeFormatOptions) => new Intl.RelativeTimeFormat(locale, options))
const numbers = kept((locale, options: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options))

/** How dates are written in the language of the app. */
export const dates = kept((locale, options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options))

/** `2 min. ago`, `in 3 hr.`, `yesterday`; a date when it is further away than a week. */
export function relativeTime(date: string | number | Date, now = Date.now()): string {
  const seconds = Math.round((new Date(date).getTime() - now) / 1000)
  const distance = Math.abs(seconds)
  const format = relative({ numeric: 'auto', style: 'short' })
  if (distance < 5) return format.format(0, 'second')
  if (distance < MINUTE) return format.format(seconds, 'second')
  if (distance < HOUR) return format.format(Math.round(seconds / MINUTE), 'minute')
  if (distance < DAY) return format.format(Math.round(seconds / HOUR), 'hour')
  if (distance < WEEK) return format.format(Math.round(seconds / DAY), 'day')
  const isThisYear = new Date(date).getFullYear() === new Date(now).getFullYear()
  return dates({
    day: 'numeric',
    month: 'short',
    ...(isThisYear ? {} : { year: 'numeric' }),
  }).format(new Date(date))
}

/** The date with the time, to the second. */
export const fullTime = (date: string | number | Date): string =>
  dates({ dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(date))

/** `4.4%`, `4,4 %`. @param share of one */
export const percent = (share: number): string => numbers({ style: 'percent', maximumFractionDigits: 1 }).format(share)

export const number = (value: number): string => numbers({}).format(value)

/** `184 ms`, `2.4 s`, `3 min 12 s`, `2 h 5 min`. */
export function duration(ms: number): string {
  const unit = (value: number, name: string, digits = 0): string =>
    numbers({
      style: 'unit',
      unit: name,
      unitDisplay: 'short',
      maximumFractionDigits: digits,
    }).format(value)
  if (ms < 1000) return unit(Math.round(ms), 'millisecond')
  const seconds = ms / 1000
  if (seconds < MINUTE) return unit(seconds, 'second', seconds < 10 ? 1 : 0)
  const whole = Math.round(seconds)
  if (whole < HOUR) return `${unit(Math.floor(whole / MINUTE), 'minute')} ${unit(whole % MINUTE, 'second')}`
  return `${unit(Math.floor(whole / HOUR), 'hour')} ${unit(Math.round((whole % HOUR) / MINUTE), 'minute')}`
}

/** `512 bytes`, `1.2 MB`. */
export function bytes(size: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const
  const step = size === 0 ? 0 : Math.min(Math.floor(Math.log10(size) / 3), units.length - 1)
  return numbers({
    style: 'unit',
    unit: units[step] ?? 'byte',
    // The short form has no plural of bytes.
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumFractionDigits: 1,
  }).format(size / 1000 ** step)
}
