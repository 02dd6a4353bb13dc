import { api } from '@piecework/api/index'
import { notFound } from '@piecework/model/errors'
import type { Policy } from './policy.ts'

interface Asked {
  id: string
  /** The platform of who asks. */
  platformId: string
}

/** People and keys see their own platform; others do not exist for them. */
const refusal = ({ id, platformId }: Asked) => (id === platformId ? undefined : notFound('platform', id))

const { get, update, found } = api.platforms

/** The permissions that actions on a platform need. */
export const platformPolicy = {
  read: { needs: get.permission, refusal },
  edit: { needs: update.permission, refusal },
  found: { needs: found.permission, principals: ['USER'] },
} as const satisfies Policy<Asked>
