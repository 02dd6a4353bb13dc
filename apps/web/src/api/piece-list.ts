import type { ActionMetadata, PieceMetadata, TriggerMetadata } from '@piecework/model/piece/metadata'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { client } from './client.ts'

/** A piece with what it can do, as far as it fits what was searched for. */
export interface ListedPiece
  extends Pick<PieceMetadata, 'name' | 'displayName' | 'logoUrl' | 'description' | 'authors' | 'version' | 'auth'> {
  actions: ActionMetadata[]
  triggers: TriggerMetadata[]
}

/** The pieces of a project with their actions and triggers; those that fit best come first. */
export const pieceListQuery = (projectId: string, searchQuery = '') =>
  queryOptions({
    queryKey: ['pieces', 'list', projectId, searchQuery],
    staleTime: 60_000,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }): Promise<ListedPiece[]> => {
      const query = { projectId, suggestionType: 'ACTION_AND_TRIGGER' as const, ...(searchQuery && { searchQuery }) }
      const pieces = await client.pieces.list({ query, signal })
      // The contract leaves their shape open; the server gives metadata.
      return pieces.map(({ suggestedActions, suggestedTriggers, ...piece }) => ({
        ...piece,
        actions: (suggestedActions ?? []) as ActionMetadata[],
        triggers: (suggestedTriggers ?? []) as TriggerMetadata[],
      }))
    },
  })

/** The pieces that are not installed and that the npm registry has for these words. */
export const availablePiecesQuery = (searchQuery: string) =>
  queryOptions({
    queryKey: ['pieces', 'available', searchQuery],
    staleTime: 600_000,
    queryFn: ({ signal }) => client.pieces.available({ query: { searchQuery }, signal }),
  })
