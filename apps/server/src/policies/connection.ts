import { api } from '@piecework/api/index'
import { AppError } from '@piecework/model/errors'
import type { Policy } from './policy.ts'

interface Connection {
  scope: 'PROJECT' | 'PLATFORM'
}

/** Connections of the platform are changed where the platform is administered. */
const refusal = ({ scope }: Connection): AppError | undefined =>
  scope === 'PROJECT'
    ? undefined
    : new AppError('AUTHORIZATION', {
        message: 'a connection of the platform is changed under its global connections',
      })

const { list, upsert, update, remove, replace } = api.appConnections

/** The permissions that actions on a connection in a project need. */
export const connectionPolicy = {
  read: { needs: list.permission },
  create: { needs: upsert.permission },
  edit: { needs: update.permission, refusal },
  delete: { needs: remove.permission, refusal },
  replace: { needs: replace.permission, refusal },
} as const satisfies Policy<Connection>

/** The value of a connection leaves for the engine alone. */
export const openConnection = { needs: api.engine.connection.permission, principals: ['ENGINE'] } as const

/** The permissions that actions on a connection of the platform need. */
export const globalConnectionPolicy = {
  read: { needs: api.globalConnections.list.permission },
  create: { needs: api.globalConnections.upsert.permission },
  edit: { needs: api.globalConnections.update.permission },
  delete: { needs: api.globalConnections.remove.permission },
} as const satisfies Policy<object>
