import { api } from '@piecework/api/index'
import type { Policy } from './policy.ts'

const { list, create, update, remove, test } = api.eventDestinations

/** Rules for receivers of the events of a project: for who builds its flows. */
export const projectWebhookPolicy = {
  read: { needs: 'READ_FLOW' },
  create: { needs: 'WRITE_FLOW' },
  update: { needs: 'WRITE_FLOW' },
  delete: { needs: 'WRITE_FLOW' },
  test: { needs: 'WRITE_FLOW' },
} as const satisfies Policy<object>

/** Rules for receivers of the events of a platform. */
export const eventDestinationPolicy = {
  read: { needs: list.permission },
  create: { needs: create.permission },
  update: { needs: update.permission },
  delete: { needs: remove.permission },
  test: { needs: test.permission, principals: test.principals },
} as const satisfies Policy<object>
