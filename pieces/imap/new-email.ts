import { createTrigger, type FilesService, Property, type Store, TriggerStrategy } from '@piecework/framework'
import type { ImapFlow } from 'imapflow'
import { type ImapAuthValue, imapAuth, inMailbox } from './connection.ts'
import { mailboxProperty } from './props.ts'

const KEY = 'position'
const TEST_MESSAGES = 5
/** The most messages of one poll; the rest follows with the next. */
const MAX_MESSAGES = 100

/** The number after the last message seen. It loses its meaning when the mailbox is deleted and made again. */
interface Position {
  uidValidity: string
  uidNext: number
}

function positionOf(client: ImapFlow): Position {
  const { mailbox } = client
  if (!mailbox) throw new Error('The mailbox is not open.')
  return { uidValidity: String(mailbox.uidValidity), uidNext: mailbox.uidNext }
}

/**
 * The messages of a range of uids, oldest first, under the names of the mailparser library, which flows refer to;
 * their attachments are stored as files.
 */
async function read(client: ImapFlow, range: string, from: number, files: FilesService): Promise<unknown[]> {
  const { simpleParser } = await import('mailparser')
  const messages: unknown[] = []
  for await (const message of client.fetch(range, { uid: true, source: true }, { uid: true })) {
    // "5:*" means the last message even when it is below 5.
    if (message.uid < from || !message.source) continue
    // `headers` is a map, which JSON loses; `headerLines` has the same.
    const { attachments, headers: _, ...mail } = await simpleParser(message.source)
    const urls: string[] = []
    for (const { filename, content } of attachments) {
      urls.push(await files.write({ fileName: filename || 'attachment', data: content }))
    }
    messages.push({ ...mail, uid: message.uid, attachments: urls })
    if (messages.length >= MAX_MESSAGES) break
  }
  return messages
}

async function poll(auth: ImapAuthValue, mailbox: string, store: Store, files: FilesService): Promise<unknown[]> {
  const last = await store.get<Position>(KEY)
  return inMailbox(auth, mailbox, async (client) => {
    const now = positionOf(client)
    if (last === null || last.uidValidity !== now.uidValidity) {
      await store.put(KEY, now)
      return []
    }
    if (now.uidNext <= last.uidNext) return []
    const until = Math.min(now.uidNext, last.uidNext + MAX_MESSAGES)
    const messages = await read(client, `${last.uidNext}:${until - 1}`, last.uidNext, files)
    await store.put<Position>(KEY, { ...now, uidNext: until })
    return messages
  })
}

export const newEmail = createTrigger({
  auth: imapAuth,
  name: 'new_email',
  displayName: 'New Email',
  description: 'Starts the flow for each new message of a mailbox',
  type: TriggerStrategy.POLLING,
  props: {
    mailbox: mailboxProperty('Mailbox'),
    filterInstructions: Property.MarkDown({
      value: 'Add a router to go on with some messages only. Messages that are already in the mailbox start nothing.',
    }),
  },
  sampleData: {
    subject: 'Hello',
    date: '2024-03-04T10:15:30.000Z',
    from: { value: [{ name: 'Ada', address: 'ada@example.com' }], text: '"Ada" <ada@example.com>' },
    to: { value: [{ name: 'Bob', address: 'bob@example.com' }], text: '"Bob" <bob@example.com>' },
    cc: { value: [{ name: '', address: 'carol@example.com' }], text: 'carol@example.com' },
    messageId: '<1a2b3c@example.com>',
    text: 'How are you?',
    textAsHtml: '<p>How are you?</p>',
    html: '<p>How are you?</p>',
    uid: 42,
    attachments: [],
  },
  async onEnable({ auth, store, propsValue }) {
    await store.put(KEY, await inMailbox(auth, propsValue.mailbox, async (client) => positionOf(client)))
  },
  async onDisable({ store }) {
    await store.delete(KEY)
  },
  run: ({ auth, store, propsValue, files }) => poll(auth, propsValue.mailbox, store, files),
  test: ({ auth, propsValue, files }) =>
    inMailbox(auth, propsValue.mailbox, async (client) => {
      const { uidNext } = positionOf(client)
      const uids = (await client.search({ uid: `1:${uidNext}` }, { uid: true })) || []
      const latest = uids.slice(-TEST_MESSAGES)
      return latest.length === 0 ? [] : read(client, latest.join(','), 0, files)
    }),
})
