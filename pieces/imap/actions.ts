import { createAction, Property } from '@piecework/framework'
import type { ImapFlow } from 'imapflow'
import { type ImapAuthValue, imapAuth, inMailbox } from './connection.ts'
import { mailboxProperty } from './props.ts'

const uid = Property.Number({
  displayName: 'Message UID',
  description: 'The uid of the trigger’s output',
  required: true,
})
const mailbox = mailboxProperty('Mailbox')
const target = mailboxProperty('Target Mailbox')

/**
 * Does something with one message.
 * @throws when the mailbox has no message of that uid, which the protocol itself passes over in silence.
 */
async function onMessage(
  auth: ImapAuthValue,
  values: { mailbox: string; uid: number },
  work: (client: ImapFlow, range: string) => Promise<unknown>,
): Promise<{ success: true }> {
  await inMailbox(auth, values.mailbox, async (client) => {
    const range = String(values.uid)
    const message = await client.fetchOne(range, { uid: true }, { uid: true })
    if (!message) throw new Error(`There is no message ${range} in ${values.mailbox}.`)
    await work(client, range)
  })
  return { success: true }
}

const byUid = { uid: true }

export const markAsRead = createAction({
  auth: imapAuth,
  name: 'mark_email_as_read',
  displayName: 'Mark Email as Read',
  description: 'Marks a message as read, or as unread',
  props: {
    mailbox,
    uid,
    markAsRead: Property.Checkbox({ displayName: 'Mark as Read', required: false, defaultValue: true }),
  },
  run: ({ auth, propsValue }) =>
    onMessage(auth, propsValue, (client, range) =>
      propsValue.markAsRead === false
        ? client.messageFlagsRemove(range, ['\\Seen'], byUid)
        : client.messageFlagsAdd(range, ['\\Seen'], byUid),
    ),
})

export const copyEmail = createAction({
  auth: imapAuth,
  name: 'copy_email',
  displayName: 'Copy Email',
  description: 'Copies a message to another mailbox',
  props: { sourceMailbox: mailboxProperty('Source Mailbox'), uid, targetMailbox: target },
  run: ({ auth, propsValue }) =>
    onMessage(auth, { mailbox: propsValue.sourceMailbox, uid: propsValue.uid }, (client, range) =>
      client.messageCopy(range, propsValue.targetMailbox, byUid),
    ),
})

export const moveEmail = createAction({
  auth: imapAuth,
  name: 'move_email',
  displayName: 'Move Email',
  description: 'Moves a message to another mailbox',
  props: { sourceMailbox: mailboxProperty('Source Mailbox'), uid, targetMailbox: target },
  run: ({ auth, propsValue }) =>
    onMessage(auth, { mailbox: propsValue.sourceMailbox, uid: propsValue.uid }, (client, range) =>
      client.messageMove(range, propsValue.targetMailbox, byUid),
    ),
})

export const deleteEmail = createAction({
  auth: imapAuth,
  name: 'delete_email',
  displayName: 'Delete Email',
  description: 'Deletes a message for good',
  props: { mailbox, uid },
  run: ({ auth, propsValue }) => onMessage(auth, propsValue, (client, range) => client.messageDelete(range, byUid)),
})
