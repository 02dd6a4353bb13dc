import { createAction, Property } from '@piecework/framework'
import { corePiece } from '../common/core-piece.ts'

const readConnection = createAction({
  name: 'read_connection',
  displayName: 'Read Connection',
  description: 'Reads a connection of the project by its name',
  props: {
    info: Property.MarkDown({
      value: 'The name is the external id of the connection. It may come from an earlier step.',
    }),
    connection_name: Property.ShortText({ displayName: 'Connection Name', required: true }),
  },
  async run({ propsValue, connections }) {
    const connectionName = propsValue.connection_name
    const connection = await connections.get(connectionName)
    if (connection === null) throw new Error(JSON.stringify({ message: 'Connection not found', connectionName }))
    return connection
  },
})

export const connections = corePiece({
  displayName: 'Connections',
  description: 'Read connections whose name is only known when the flow runs',
  logo: { color: '#0e7490', drawing: '<path d="M9 15l6-6M8 8l3-3a4 4 0 0 1 6 6l-3 3M16 16l-3 3a4 4 0 0 1-6-6l3-3"/>' },
  actions: [readConnection],
})
