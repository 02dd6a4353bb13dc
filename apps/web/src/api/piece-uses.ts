import { type AnswerOf, type Api, each } from '@piecework/sdk'
import { queryOptions } from '@tanstack/react-query'
import { client } from './client.ts'

export type PieceUse = AnswerOf<Api['flows']['pieceUses']>['data'][number]

const MOST = 500

/** The flows of a project that use a piece, up to 500. */
export const pieceUsesQuery = (projectId: string, pieceName: string) =>
  queryOptions({
    queryKey: ['flows', 'piece-uses', projectId, pieceName],
    queryFn: async ({ signal }): Promise<PieceUse[]> => {
      const uses: PieceUse[] = []
      for await (const use of each(client.flows.pieceUses, { query: { projectId, pieceName, limit: 100 }, signal })) {
        uses.push(use)
        if (uses.length >= MOST) break
      }
      return uses
    },
  })
