import { createAction, isApFile, isMap, Property } from '@piecework/framework'
import { textMap } from '../common/http-request.ts'
import { options } from '../common/options.ts'
import { openTransport, smtpAuth } from './connection.ts'
import { withRetries } from './retries.ts'

export const sendEmail = createAction({
  auth: smtpAuth,
  name: 'send-email',
  displayName: 'Send Email',
  description: 'Sends an email',
  props: {
    from: Property.ShortText({ displayName: 'From Email', required: true }),
    senderName: Property.ShortText({ displayName: 'Sender Name', required: false }),
    to: Property.Array({ displayName: 'To', required: true }),
    cc: Property.Array({ displayName: 'CC', required: false }),
    replyTo: Property.ShortText({
      displayName: 'Reply To',
      description: 'The address for answers, or the message id (in angle brackets) that this email answers',
      required: false,
    }),
    bcc: Property.Array({ displayName: 'BCC', required: false }),
    subject: Property.ShortText({ displayName: 'Subject', required: true }),
    body_type: Property.StaticDropdown<string, true>({
      displayName: 'Body Type',
      required: true,
      defaultValue: 'plain_text',
      options: options({ plain_text: 'Plain text', html: 'HTML' }),
    }),
    body: Property.LongText({ displayName: 'Body', required: true }),
    customHeaders: Property.Object({ displayName: 'Custom Headers', required: false }),
    attachments: Property.Array({
      displayName: 'Attachments',
      required: false,
      properties: {
        file: Property.File({ displayName: 'File', required: true }),
        name: Property.ShortText({
          displayName: 'Attachment Name',
          description: 'Empty for the name of the file',
          required: false,
        }),
      },
    }),
  },
  async run({ auth, propsValue }) {
    const to = addresses(propsValue.to)
    if (to.length === 0) throw new Error('The email needs at least one recipient.')
    const { from, senderName, subject, body } = propsValue
    const message = {
      from: senderName ? { name: senderName, address: from } : from,
      to,
      cc: addresses(propsValue.cc),
      bcc: addresses(propsValue.bcc),
      subject,
      ...(propsValue.body_type === 'html' ? { html: body } : { text: body }),
      ...answering(propsValue.replyTo),
      headers: textMap(propsValue.customHeaders),
      attachments: attachmentsOf(propsValue.attachments ?? []),
    }
    const transport = await openTransport(auth)
    try {
      return await withRetries(() => transport.sendMail(message))
    } finally {
      transport.close()
    }
  },
})

function addresses(list: unknown[] | undefined): string[] {
  return (list ?? []).map((address) => String(address).trim()).filter((address) => address !== '')
}

/** A message id continues a conversation; anything else is where answers go. */
function answering(replyTo: string | undefined) {
  const value = replyTo?.trim()
  if (!value) return {}
  return /^<[^<>\s]+>$/.test(value) ? { inReplyTo: value, references: value } : { replyTo: value }
}

function attachmentsOf(items: unknown[]) {
  return items.map((item) => {
    const file = isMap(item) ? item.file : undefined
    if (!isApFile(file)) throw new Error('Every attachment needs a file.')
    const name = isMap(item) && typeof item.name === 'string' ? item.name : ''
    return { filename: name || file.filename, content: file.data }
  })
}
