import { api } from '@piecework/api/index'
import type { Policy } from './policy.ts'

const { install, remove, options } = api.pieces

/** What may be done to a piece of the platform. Everybody may look. */
export const piecePolicy = {
  install: { needs: install.permission },
  delete: { needs: remove.permission },
  /** Asks the piece itself, with the connections of the project. */
  askOptions: { needs: options.permission },
} as const satisfies Policy<object>

/** What may be done to the tags of pieces. */
export const tagPolicy = {
  read: { needs: api.tags.list.permission },
  create: { needs: api.tags.create.permission },
  setOnPieces: { needs: api.tags.setOnPieces.permission },
  delete: { needs: api.tags.remove.permission },
} as const satisfies Policy<object>
