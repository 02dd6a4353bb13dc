import { type Action, createPiece, type Piece, PieceCategory, type Trigger } from '@piecework/framework'
import { logo } from './logo.ts'

interface CorePieceParams {
  displayName: string
  description: string
  logo: { color: string; drawing: string }
  actions?: Action[]
  triggers?: Trigger[]
  /** Categories besides CORE. */
  categories?: PieceCategory[]
}

/** A built-in piece that connects to nothing. */
export function corePiece(params: CorePieceParams): Piece<undefined> {
  return createPiece({
    displayName: params.displayName,
    description: params.description,
    logoUrl: logo(params.logo.color, params.logo.drawing),
    authors: ['piecework'],
    categories: [PieceCategory.CORE, ...(params.categories ?? [])],
    auth: undefined,
    actions: params.actions ?? [],
    triggers: params.triggers ?? [],
  })
}
