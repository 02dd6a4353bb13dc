import { createAction, MarkdownVariant, Property } from '@piecework/framework'
import type { ImapFlow } from 'imapflow'
import { type ImapAuthValue, imapAuth, inMailbox } from './connection.ts'
import { mailboxProperty } from './props.ts'

const uid = Property.Number({
  displayName: 'Message UID',
  description: 'The uid of the trigger’s output; it means nothing in another folder',
  required: true,
})
const mailbox = mailboxProperty('Folder')
const betweenProps = {
  sourceMailbox: mailboxProperty('Source Folder'),
  uid,
  targetMailbox: mailboxProperty('Target Folder'),
}

/**
 * Does something with one message.
 * @throws when the mailbox has no message of that uid, which the protocol itself passes over in silence.
 */
async function onMessage<T>(
  auth: ImapAuthValue,
  values: { mailbox: string; uid: number },
  work: (client: ImapFlow, range: string) => Promise<T>,
): Promise<T> {
  return inMailbox(auth, values.mailbox, async (client) => {
    const range = String(values.uid)
    const message = await client.fetchOne(range, { uid: true }, { uid: true })
    if (!message) throw new Error(`There is no message ${range} in ${values.mailbox}.`)
    return work(client, range)
  })
}

const byUid = { uid: true }

/** Copies or moves. The new uid is known when the server tells it (UIDPLUS). */
async function transfer(
  auth: ImapAuthValue,
  values: { sourceMailbox: string; targetMailbox: string; uid: number },
  how: 'messageCopy' | 'messageMove',
): Promise<{ success: true; newUid?: number }> {
  const { sourceMailbox, targetMailbox, uid } = values
  return onMessage(auth, { mailbox: sourceMailbox, uid }, async (client, range) => {
    const result = await client[how](range, targetMailbox, byUid)
    if (!result) throw new Error(`The server did not take message ${range} to ${targetMailbox}.`)
    const newUid = result.uidMap?.get(uid)
    return newUid === undefined ? { success: true } : { success: true, newUid }
  })
}

export const markEmailRead = createAction({
  auth: imapAuth,
  name: 'mark_email_read',
  displayName: 'Mark Email as Read/Unread',
  description: 'Marks a message as read, or as unread',
  props: {
    mailbox,
    uid,
    markAsRead: Property.Checkbox({
      displayName: 'Mark as Read',
      description: 'Switch off to mark the message as unread',
      required: false,
      defaultValue: true,
    }),
  },
  run: ({ auth, propsValue }) =>
    onMessage(auth, propsValue, async (client, range) => {
      if (propsValue.markAsRead === false) await client.messageFlagsRemove(range, ['\\Seen'], byUid)
      else await client.messageFlagsAdd(range, ['\\Seen'], byUid)
      return { success: true }
    }),
})

export const copyEmail = createAction({
  auth: imapAuth,
  name: 'copy_email',
  displayName: 'Copy Email',
  description: 'Copies a message to another folder',
  props: betweenProps,
  run: ({ auth, propsValue }) => transfer(auth, propsValue, 'messageCopy'),
})

export const moveEmail = createAction({
  auth: imapAuth,
  name: 'move_email',
  displayName: 'Move Email',
  description: 'Moves a message to another folder',
  props: betweenProps,
  run: ({ auth, propsValue }) => transfer(auth, propsValue, 'messageMove'),
})

export const deleteEmail = createAction({
  auth: imapAuth,
  name: 'delete_email',
  displayName: 'Delete Email',
  description: 'Deletes a message for good',
  props: {
    permanent: Property.MarkDown({
      value: 'The message is gone for good. To keep it, move it to the folder for deleted messages instead.',
      variant: MarkdownVariant.WARNING,
    }),
    mailbox,
    uid,
  },
  run: ({ auth, propsValue }) =>
    onMessage(auth, propsValue, async (client, range) => {
      await client.messageDelete(range, byUid)
      return { success: true }
    }),
})
