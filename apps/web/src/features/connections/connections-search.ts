import type { ConnectionStatus } from '../../api/connections.ts'

const STATUSES = ['ACTIVE', 'ERROR', 'MISSING'] as const satisfies readonly ConnectionStatus[]

/** The filters of the page, as its address has them. */
export interface ConnectionsSearch {
  name?: string | undefined
  piece?: string | undefined
  status?: ConnectionStatus[] | undefined
}

/** Reads the address; what it does not know of is left out. */
export function parseConnectionsSearch(search: Record<string, unknown>): ConnectionsSearch {
  const given: unknown[] = Array.isArray(search.status) ? search.status : [search.status]
  const status = STATUSES.filter((known) => given.includes(known))
  return {
    ...(typeof search.name === 'string' && { name: search.name }),
    ...(typeof search.piece === 'string' && { piece: search.piece }),
    ...(status.length > 0 && { status }),
  }
}
