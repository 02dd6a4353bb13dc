import type { AppConnection } from '@piecework/api/connection-shapes'
import type { User } from '@piecework/api/users'
import type { Db } from '../../database/open.ts'
import { readableMap } from '../../database/readable.ts'
import { presentUser } from '../users/present.ts'
import { selectUsers } from '../users/store.ts'
import { type ConnectionRow, selectFlowsUsing } from './store.ts'

export function presentConnection(
  { value: _, trouble: __, ...row }: ConnectionRow,
  owner: User | null,
  flowIds: string[],
): AppConnection {
  return { ...row, metadata: readableMap(row.metadata), owner, flowIds }
}

/** Rows for clients, with their owners and the flows that use them: those of one project, or of the platform. */
export async function presentConnections(
  db: Db,
  { platformId, projectId }: { platformId: string; projectId?: string },
  rows: readonly ConnectionRow[],
): Promise<AppConnection[]> {
  const externalIds = rows.map((row) => row.externalId)
  const ownerIds = [...new Set(rows.flatMap((row) => row.ownerId ?? []))]
  const [using, people] = await Promise.all([
    selectFlowsUsing(db, { platformId, ...(projectId === undefined ? {} : { projectId }) }, externalIds),
    selectUsers(db, platformId, ownerIds),
  ])
  const owners = new Map(people.map((person) => [person.id, presentUser(person)]))
  return rows.map((row) => {
    const flows = using.filter(
      (flow) => row.projectIds.includes(flow.projectId) && flow.connectionIds.includes(row.externalId),
    )
    return presentConnection(
      row,
      owners.get(row.ownerId ?? '') ?? null,
      flows.map(({ flowId }) => flowId),
    )
  })
}
