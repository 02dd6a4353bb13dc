import type { Settings } from '../../settings.ts'

/** The mail server and the sender. */
export interface MailSettings {
  host: string
  port: number
  username: string
  password: string
  senderEmail: string
  senderName: string | undefined
}

/** Undefined where host, port, user name and password are not all set: then links and codes are shown instead. */
export function mailSettings(settings: Settings): MailSettings | undefined {
  const { smtpHost: host, smtpPort: port, smtpUsername: username, smtpPassword: password } = settings
  if (host === undefined || port === undefined || username === undefined || password === undefined) return undefined
  return {
    ...{ host, port, username, password },
    senderEmail: settings.smtpSenderEmail ?? username,
    senderName: settings.smtpSenderName,
  }
}
