import { type DestinationStream, type Logger, pino } from 'pino'
import type { Settings } from './settings.ts'

const SECRETS = [
  'password',
  'token',
  'authorization',
  'value',
  'secret_text',
  'client_secret',
  'clientSecret',
  'access_token',
  'refresh_token',
  'encryptionKey',
  'jwtSecret',
]

const HIDDEN = '[redacted]'
/** The values of fields that are named like secrets, at any depth; also in JSON that is quoted in a message. */
const FIELD =
  /(\\?")([\w-]*(?:password|passphrase|secret|token|api[-_]?key|private[-_]?key|authorization|cookie|credential)[\w-]*)\1(\s*:\s*)\1(?:(?!\1)(?:\\.|[^\\]))*\1/gi
/** Secrets that have a known form, anywhere in a text: errors of apps quote URLs and headers. */
const FORMS: readonly [RegExp, string][] = [
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${HIDDEN}`],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, HIDDEN],
  [/\bsk-[\w-]{16,}/g, HIDDEN],
  [/(:\/\/[^\s:/@"\\]*:)[^\s/@"\\]+@/g, `$1${HIDDEN}@`],
  [/([?&](?:[\w-]*(?:token|secret|password|api[-_]?key|signature)|sig|key|auth)=)[^\s&"'\\#]+/gi, `$1${HIDDEN}`],
]

/** A line of the log with nothing in it that looks like a secret. */
export function withoutSecrets(line: string): string {
  let text = line.replace(FIELD, (_, quote, name, colon) => `${quote}${name}${quote}${colon}${quote}${HIDDEN}${quote}`)
  for (const [form, replacement] of FORMS) text = text.replace(form, replacement)
  return text
}

/** The log of the process: JSON lines on standard output, secrets replaced. */
export function createLog(settings: Pick<Settings, 'logLevel' | 'logPretty'>, destination?: DestinationStream): Logger {
  const out =
    destination ??
    (settings.logPretty
      ? { write: (line: string) => process.stdout.write(forPeople(line)) }
      : pino.destination({ fd: 1, sync: true }))
  return pino(
    {
      level: settings.logLevel,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { error: pino.stdSerializers.err },
      redact: {
        paths: SECRETS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`, `headers.${key}`]),
        censor: HIDDEN,
      },
      hooks: { streamWrite: withoutSecrets },
    },
    out,
  )
}

function forPeople(line: string): string {
  const { time, level, msg, err, ...rest } = JSON.parse(line) as Record<string, unknown> & { err?: { stack?: string } }
  const details = Object.keys(rest).length > 0 ? ` ${JSON.stringify(rest)}` : ''
  const label = pino.levels.labels[Number(level)] ?? String(level)
  return `${String(time)} ${label.toUpperCase().padEnd(5)} ${String(msg ?? '')}${details}${err?.stack ? `\n${err.stack}` : ''}\n`
}
