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
        censor: '[redacted]',
      },
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
