import { accessSync, constants } from 'node:fs'
import { parseJson } from '@piecework/model/parse-json'
import ipaddr from 'ipaddr.js'
import { z } from 'zod'

/** How the text of an environment variable becomes a value. `expects` completes "must be ...". */
export interface Kind<T> {
  expects: string
  schema: z.ZodType<T, string>
  /** Values of older releases that are still understood, each with its current value. */
  deprecatedValues?: Readonly<Record<string, string>>
}

const WHOLE = /^-?\d+$/

/** A timer of Node.js that is longer ends at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1

export function wholeNumber(min: number, max: number): Kind<number> {
  return {
    expects: `a whole number from ${min} to ${max}`,
    schema: z.string().regex(WHOLE).transform(Number).pipe(z.number().int().min(min).max(max)),
  }
}

export const flag: Kind<boolean> = {
  expects: '`true` or `false`',
  schema: z
    .string()
    .toLowerCase()
    .pipe(z.enum(['true', 'false', '1', '0']))
    .transform((text) => text === 'true' || text === '1'),
}

export const text: Kind<string> = { expects: 'a text', schema: z.string().min(1) }

/** The name of a queue in Redis contains it, where a colon would split the name. */
export const workerGroup: Kind<string> = {
  expects: 'a name of up to 64 letters, digits, hyphens and underscores',
  schema: z.string().regex(/^[\w-]{1,64}$/),
}

export function textOfAtLeast(length: number): Kind<string> {
  return { expects: `a text of at least ${length} characters`, schema: z.string().min(length) }
}

export function oneOf<const T extends string>(
  values: readonly T[],
  deprecatedValues: Readonly<Record<string, T>> = {},
): Kind<T> {
  return {
    expects: `one of ${values.map((value) => `\`${value}\``).join(', ')}`,
    schema: z
      .string()
      .transform((given) => values.find((value) => value.toLowerCase() === given.toLowerCase()) ?? given)
      .pipe(z.enum(values)),
    deprecatedValues,
  }
}

export const list: Kind<string[]> = {
  expects: 'a comma-separated list',
  schema: z.string().transform((given) =>
    given
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  ),
}

const FRAME_SOURCE = /^(\*|https?:\/\/(\*\.)?[\w.-]+(:\d{1,5})?)$/

/** The origins that may frame a page, as a Content-Security-Policy names them. */
export const frameSources: Kind<string[]> = {
  expects: 'a comma-separated list of origins such as `https://www.example.com`, or `*`',
  schema: list.schema.pipe(z.array(z.string().regex(FRAME_SOURCE))),
}

const HOST_AND_PORT = /^(\[[\da-fA-F:]+\]|[^\s:/[\]]+)(:\d{1,5})?$/

/** Servers as `host:port`; the port is optional. */
export const hosts: Kind<string[]> = {
  expects: 'a comma-separated list of `host:port`',
  schema: list.schema.pipe(z.array(z.string().regex(HOST_AND_PORT)).min(1)),
}

const isAddress = (item: string): boolean => ipaddr.isValidCIDR(item) || ipaddr.isValid(item)

export const addresses: Kind<string[]> = {
  expects: 'a comma-separated list of IP addresses and CIDR blocks, such as `10.0.0.5,fd00::/8`',
  schema: list.schema.pipe(z.array(z.string().refine(isAddress))),
}

const HTTP_URL = /^https?:\/\/[^\s/]+/

export const httpUrl: Kind<string> = {
  expects: 'a URL that begins with `http://` or `https://`',
  schema: z
    .string()
    .regex(HTTP_URL)
    .refine((given) => URL.canParse(given))
    .transform((given) => given.replace(/\/+$/, '')),
}

/** An address that others get to see, and append paths to. */
export const publicUrl: Kind<string> = {
  expects: 'a URL that begins with `http://` or `https://`, without user name, password, query and fragment',
  schema: httpUrl.schema.refine((given) => {
    const { username, password } = new URL(given)
    return username === '' && password === '' && !/[?#]/.test(given)
  }),
}

/**
 * A URL of a server of the given protocols, such as `redis`. Its value is never shown, because it may hold a password.
 */
export function serverUrl(protocols: readonly [string, ...string[]]): Kind<string> {
  return {
    expects: `a URL such as \`${protocols[0]}://user:password@host/name\``,
    schema: z
      .string()
      .refine((given) => URL.canParse(given) && protocols.some((name) => new URL(given).protocol === `${name}:`)),
  }
}

export const readableFile: Kind<string> = {
  expects: 'the path of a file that this process can read',
  schema: z.string().refine((path) => {
    try {
      accessSync(path, constants.R_OK)
      return true
    } catch {
      return false
    }
  }),
}

/** PEM text. Files of settings often hold it in one line, with `\n` as the line breaks. */
export const certificate: Kind<string> = {
  expects: 'a certificate in PEM form, which begins with `-----BEGIN CERTIFICATE-----`',
  schema: z
    .string()
    .transform((given) => given.replaceAll('\\n', '\n'))
    .refine((given) => given.includes('-----BEGIN CERTIFICATE-----')),
}

export const hexKey: Kind<string> = {
  expects: '32 hexadecimal characters, as `openssl rand -hex 16` prints them',
  schema: z.string().regex(/^[0-9a-fA-F]{32}$/),
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  second: 1000,
  m: 60_000,
  minute: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
}
const DURATION = /^(\d+)\s*(ms|s|seconds?|m|minutes?|h|hours?)?$/i

/** Milliseconds; a bare number is milliseconds. */
export const duration: Kind<number> = {
  expects: 'a time such as `1 minute`, `30 seconds` or `60000` (milliseconds), of 24 days at most',
  schema: z.string().transform((given, context) => {
    const [, amount, unit = 'ms'] = DURATION.exec(given.trim()) ?? []
    const factor = UNIT_MS[unit.toLowerCase()] ?? UNIT_MS[unit.toLowerCase().replace(/s$/, '')]
    const ms = Number(amount) * (factor ?? 0)
    if (amount === undefined || factor === undefined || ms === 0 || ms > LONGEST_TIMER_MS) {
      context.addIssue({ code: 'custom' })
      return z.NEVER
    }
    return ms
  }),
}

/** JSON text of the given shape. */
export function json<T>(shape: z.ZodType<T>, expects: string): Kind<T> {
  return {
    expects,
    schema: z
      .string()
      .transform((given, context): unknown => {
        const value = parseJson(given)
        if (value !== undefined) return value
        context.addIssue({ code: 'custom' })
        return z.NEVER
      })
      .pipe(shape),
  }
}
