import { queryOptions } from '@tanstack/react-query'
import { client } from './client.ts'

const MOST = 100

/** The connections of a project for one piece. */
export const connectionsOfPieceQuery = (projectId: string, pieceName: string) =>
  queryOptions({
    queryKey: ['connections', 'of-piece', projectId, pieceName],
    queryFn: async ({ signal }) => {
      const page = await client.appConnections.list({ query: { projectId, pieceName, limit: MOST }, signal })
      return page.data
    },
  })
