import { api } from '@piecework/api/index'
import type { Policy } from './policy.ts'

const { get, create, operate, remove, run } = api.flows
const { permissions } = operate.permissionsBy

/** The permissions that actions on a flow need. The contract names those of single operations. */
export const flowPolicy = {
  read: { needs: get.permission },
  create: { needs: create.permission },
  edit: { needs: permissions.UPDATE_ACTION },
  publish: { needs: permissions.LOCK_AND_PUBLISH },
  changeStatus: { needs: permissions.CHANGE_STATUS },
  delete: { needs: remove.permission },
  run: { needs: run.permission },
} as const satisfies Policy<object>

/** People who change or run a flow are shown it, too. */
export const seeFlow = { needs: [get.permission, create.permission, operate.permission, run.permission] }

/** An import may bring pieces with it. */
export const installPieces = { needs: api.pieces.install.permission }
