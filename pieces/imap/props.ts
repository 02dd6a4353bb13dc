import { type DropdownState, Property } from '@piecework/framework'
import { imapAuth, withMailServer } from './connection.ts'

export function mailboxProperty(displayName: string) {
  return Property.Dropdown<string, true, typeof imapAuth>({
    auth: imapAuth,
    displayName,
    required: true,
    refreshers: ['auth'],
    async options({ auth }): Promise<DropdownState<string>> {
      if (!auth) return { disabled: true, placeholder: 'Connect your account first', options: [] }
      const mailboxes = await withMailServer(auth, (client) => client.list())
      return { options: mailboxes.map(({ path }) => ({ label: path, value: path })) }
    },
  })
}
