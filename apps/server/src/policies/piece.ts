import { api } from '@piecework/api/index'
import type { Policy } from './policy.ts'

const { install, remove, options } = api.pieces

/** The permissions that actions on a piece of the platform need. Everybody may look at pieces. */
export const piecePolicy = {
  install: { needs: install.permission },
  delete: { needs: remove.permission },
  /** Asks the piece itself, with the connections of the project. */
  askOptions: { needs: options.permission },
} as const satisfies Policy<object>

/** The permissions that actions on the tags of pieces need. */
export const tagPolicy = {
  read: { needs: api.tags.list.permission },
  create: { needs: api.tags.create.permission },
  setOnPieces: { needs: api.tags.setOnPieces.permission },
  delete: { needs: api.tags.remove.permission },
} as const satisfies Policy<object>
