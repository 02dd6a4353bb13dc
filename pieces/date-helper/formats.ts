import { namesRealDay } from '@piecework/model/calendar'
import type { DateTime as Moment } from 'luxon'
import { DateTime } from 'luxon'

/** Formats as authors write them, which are not the ones of the library. */

const FORMATS = [
  'DDD MMM DD YYYY HH:mm:ss',
  'DDD MMM DD HH:mm:ss YYYY',
  'MMMM DD YYYY HH:mm:ss',
  'MMMM DD YYYY',
  'MMM DD YYYY',
  'YYYY-MM-DDTHH:mm:ss',
  'YYYY-MM-DD HH:mm:ss',
  'YYYY-MM-DD',
  'MM-DD-YYYY',
  'MM/DD/YYYY',
  'MM/DD/YY',
  'DD-MM-YYYY',
  'DD/MM/YYYY',
  'DD/MM/YY',
  'X',
] as const
export const DEFAULT_FORMAT = FORMATS[0]

const SAMPLE = DateTime.fromISO('2024-09-04T15:30:00', { zone: 'utc' })

/** Token of the author to token of the library. */
const TOKENS: Record<string, string> = {
  YYYY: 'yyyy',
  YY: 'yy',
  MMMM: 'LLLL',
  MMM: 'LLL',
  MM: 'LL',
  M: 'L',
  DDDD: 'cccc',
  DDD: 'ccc',
  dddd: 'cccc',
  ddd: 'ccc',
  DD: 'dd',
  D: 'd',
  HH: 'HH',
  H: 'H',
  hh: 'hh',
  h: 'h',
  mm: 'mm',
  m: 'm',
  ss: 'ss',
  s: 's',
  SSS: 'SSS',
  A: 'a',
  a: 'a',
  ZZ: 'ZZZ',
  Z: 'ZZ',
  X: 'X',
  x: 'x',
}
const TOKEN = /\[([^\]]*)\]|Y{4}|YY|M{1,4}|D{1,4}|d{3,4}|HH?|hh?|mm?|ss?|SSS|ZZ?|[AaXx]|[^YMDdHhmsSZAaXx[]+|./g

function translated(format: string, change: (token: string) => string = (token) => token): string {
  return [...format.matchAll(TOKEN)]
    .map(([part, quoted]) => {
      const token = TOKENS[part]
      // In the library any letter may mean something: text between tokens is quoted.
      return token === undefined ? quote(quoted ?? part) : change(token)
    })
    .join('')
}

function quote(text: string): string {
  return /[a-z]/i.test(text) ? `'${text.replaceAll("'", '')}'` : text
}

/** The moment in the author's format. */
export function formatted(moment: Moment, format: string): string {
  return moment.setLocale('en').toFormat(translated(format))
}

/** A text that says itself where it is meant: `…Z`, `…+02:00`, `… GMT`, `… EST`, with or without a name in brackets. */
const OWN_ZONE = /(?:\d\s*Z|[+-]\d{2}:?\d{2}|\b(?:GMT|UTC?|[ECMP][SD]T))\s*(?:\(.*\))?$/i

/**
 * Reads a date: in the format exactly, then with one-digit parts, then in any common notation.
 * @param zone where the date is meant when it does not say so itself. An hour that autumn has twice is the first one.
 * @throws when nothing fits
 */
export function parsed(text: string, format: string, zone = 'utc'): Moment {
  const input = String(text).trim()
  const settings = { zone: checkedZone(zone), locale: 'en' }
  const short = (token: string) => (['LL', 'dd', 'HH', 'hh', 'mm', 'ss'].includes(token) ? token.slice(1) : token)
  if (format === 'X') {
    const moment = DateTime.fromSeconds(input === '' ? Number.NaN : Number(input), settings)
    if (moment.isValid) return moment
  }
  const attempts = [
    () => DateTime.fromFormat(input, translated(format), settings),
    () => DateTime.fromFormat(input, translated(format, short), settings),
    () => DateTime.fromISO(input, settings),
    () => DateTime.fromSQL(input, settings),
    () => DateTime.fromRFC2822(input, settings),
    () => freelyRead(input, settings.zone),
  ]
  for (const attempt of attempts) {
    const moment = attempt()
    if (!moment.isValid) continue
    const meant = OWN_ZONE.test(input) ? moment : (moment.getPossibleOffsets()[0] ?? moment)
    return meant.setZone(settings.zone)
  }
  throw new Error(`Not a date in the format ${format}: ${input}`)
}

/** Lets the runtime read a text, in the given zone instead of the zone of the machine. */
function freelyRead(input: string, zone: string): Moment {
  if (!namesRealDay(input)) return DateTime.invalid('no such day')
  if (OWN_ZONE.test(input)) return DateTime.fromJSDate(new Date(input))
  return DateTime.fromJSDate(new Date(`${input} UTC`), { zone: 'utc' }).setZone(zone, { keepLocalTime: true })
}

/** @throws when the zone is unknown: it would silently become the zone of the machine. */
export function checkedZone(zone: string | undefined): string {
  const name = zone || 'utc'
  if (!DateTime.utc().setZone(name).isValid) throw new Error(`Unknown time zone: ${zone}`)
  return name
}

/** @throws when the text is not `HH:MM`. */
export function atTime(moment: Moment, time: string): Moment {
  const match = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(time.trim())
  if (!match) throw new Error(`Not a time like 17:30: ${time}`)
  return moment.set({ hour: Number(match[1]), minute: Number(match[2]), second: 0, millisecond: 0 })
}

export const FORMAT_OPTIONS = {
  options: FORMATS.map((format) => ({ label: `${format} (${formatted(SAMPLE, format)})`, value: format as string })),
}
