import { LRUCache } from 'lru-cache'
import type { Core } from '../../core.ts'
import type { Subscriber } from '../../outbox/subscriber.ts'
import type { Plugin } from '../plugin.ts'
import { composeMail, leadsToMail } from './compose.ts'
import { mailSettings } from './mail-settings.ts'
import { openTransport, RefusedMail } from './transport.ts'

const REMEMBERED = 10_000

/** Sends the mails that events lead to. Without a mail server there is nothing to do: links and codes are shown. */
export function mail({ settings, log, ...parts }: Pick<Core, 'settings' | 'log' | 'db' | 'tokens' | 'codes'>): Plugin {
  const server = mailSettings(settings)
  if (!server) return { name: 'mail' }
  const transport = openTransport(server)
  const composing = { ...parts, frontendUrl: settings.frontendUrl }
  /** One that fails brings the others of its batch again. */
  const sent = new LRUCache<string, true>({ max: REMEMBERED })
  const mailer: Subscriber = {
    name: 'mail',
    wants: leadsToMail,
    async deliver(events, signal) {
      for (const event of events) {
        signal.throwIfAborted()
        const message = sent.has(event.id) ? undefined : await composeMail(composing, event)
        if (!message) continue
        try {
          await transport.send(message)
        } catch (err) {
          if (!(err instanceof RefusedMail)) throw err
          log.warn({ err, eventId: event.id, event: event.action }, 'a mail was refused, and is not sent again')
        }
        sent.set(event.id, true)
      }
    },
  }
  return { name: 'mail', subscribers: [mailer], settle: async () => transport.close() }
}
