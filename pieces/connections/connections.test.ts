import { createMockActionContext } from '@piecework/framework'
import { expect, it } from 'vitest'
import { connections } from './index.ts'

const read = (connection_name: string) =>
  connections.getAction('read_connection')?.run(
    createMockActionContext({
      propsValue: { connection_name },
      connections: { crm: { type: 'SECRET_TEXT', secret_text: 's' } },
    }),
  )

it('reads a connection by its name', async () => {
  expect(await read('crm')).toEqual({ type: 'SECRET_TEXT', secret_text: 's' })
})

it('names a connection that is missing', async () => {
  await expect(read('other')).rejects.toThrow('{"message":"Connection not found","connectionName":"other"}')
})
