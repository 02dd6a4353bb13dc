import type { AnswerOf, Api } from '@piecework/sdk'
import { queryOptions } from '@tanstack/react-query'
import { client } from './client.ts'

export type PieceSummary = AnswerOf<Api['pieces']['list']>[number]

/** The newest version of every piece that the project can use. @param includeHidden those that are hidden, too */
export const piecesQuery = (projectId: string, includeHidden = false) =>
  queryOptions({
    queryKey: ['pieces', 'list', projectId, { includeHidden }],
    staleTime: 60_000,
    queryFn: ({ signal }) => client.pieces.list({ query: { projectId, includeTags: true, includeHidden }, signal }),
  })

/** A name as the address of a piece has it: `@scope/name` is two parts. */
export const partsOfName = (name: string): { scope: string; name: string } | { name: string } => {
  const [scope = '', rest] = name.split('/')
  return rest === undefined ? { name } : { scope, name: rest }
}

/** A piece with its actions, triggers and their properties. */
export const pieceQuery = (name: string, version: string, projectId: string) =>
  queryOptions({
    queryKey: ['pieces', 'one', name, version, projectId],
    staleTime: 300_000,
    queryFn: ({ signal }) => getPiece(name, { version, projectId }, signal),
  })

/** The newest version of a piece. */
export const newestPieceQuery = (name: string, projectId: string) =>
  queryOptions({
    queryKey: ['pieces', 'newest', name, projectId],
    staleTime: 60_000,
    queryFn: ({ signal }) => getPiece(name, { projectId }, signal),
  })

function getPiece(name: string, query: { version?: string; projectId: string }, signal: AbortSignal) {
  const params = partsOfName(name)
  return 'scope' in params
    ? client.pieces.getScoped({ params, query, signal })
    : client.pieces.get({ params, query, signal })
}

/** The versions of a piece, newest first. */
export const pieceVersionsQuery = (name: string, projectId: string) =>
  queryOptions({
    queryKey: ['pieces', 'versions', name, projectId],
    staleTime: 300_000,
    queryFn: ({ signal }) => {
      const params = partsOfName(name)
      return 'scope' in params
        ? client.pieces.versionsScoped({ params, query: { projectId }, signal })
        : client.pieces.versions({ params, query: { projectId }, signal })
    },
  })

export interface OptionsOf {
  projectId: string
  flowId: string
  flowVersionId: string
  pieceName: string
  pieceVersion: string
  actionOrTriggerName: string
  propertyName: string
  /** The values that the property depends on. */
  input: Record<string, unknown>
  searchValue?: string
}

/** The options of a property, or its properties, as the piece gives them for these values. */
export const optionsQuery = (body: OptionsOf) =>
  queryOptions({
    queryKey: ['pieces', 'options', body],
    staleTime: 60_000,
    queryFn: ({ signal }) => client.pieces.options({ body, signal }),
  })
