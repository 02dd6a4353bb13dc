import { queries } from '../api/client.ts'
import { currentSession, selectProject } from '../api/session.ts'

/** Queries of the server or of the person, which are the same in all projects. */
const EVERYWHERE: ReadonlySet<unknown> = new Set([
  'flags',
  'projects',
  'platform',
  'platforms',
  'users',
  'project-roles',
])

/** Brings another project into view, and forgets what belongs to the last one. */
export function switchProject(id: string): void {
  if (currentSession()?.projectId === id) return
  selectProject(id)
  queries.removeQueries({ predicate: ({ queryKey }) => !EVERYWHERE.has(queryKey[0]) })
}
