import type { SearchResults } from '@piecework/api/search'
import type { ProjectActor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import { connectionPolicy } from '../../policies/connection.ts'
import { flowPolicy } from '../../policies/flow.ts'
import { folderPolicy } from '../../policies/folder.ts'
import { has } from '../../policies/policy.ts'
import { runPolicy } from '../../policies/run.ts'
import type { Catalogue } from '../pieces/catalogue.ts'
import { searchPieces } from '../pieces/search.ts'
import { selectVisibility } from '../pieces/store.ts'
import { showsOf } from '../pieces/visibility.ts'
import { type Search, searchConnections, searchFlows, searchFolders, searchRuns } from './store.ts'

/** Finds things of a project by name. */
export interface SearchService {
  /** The results of each kind that the actor may read. */
  all(actor: ProjectActor, search: Search): Promise<SearchResults>
}

export function createSearch({ db, catalogue }: { db: Db; catalogue: Pick<Catalogue, 'list'> }): SearchService {
  const pieces = async (
    { platformId, projectId }: ProjectActor,
    { query, limit }: Search,
  ): Promise<SearchResults['pieces']> => {
    const [all, visibility] = await Promise.all([
      catalogue.list(platformId),
      selectVisibility(db, platformId, projectId),
    ])
    const shows = showsOf(visibility)
    const shown = all.filter(({ metadata }) => shows(metadata.name))
    return searchPieces(shown, query)
      .slice(0, limit)
      .map(({ metadata: { name, displayName, logoUrl } }) => ({ name, displayName, logoUrl }))
  }

  return {
    async all(actor, search) {
      const { projectId } = actor
      const [flows, runs, connections, folders, found] = await Promise.all([
        has(actor, flowPolicy.read.needs) ? searchFlows(db, projectId, search) : [],
        has(actor, runPolicy.read.needs) ? searchRuns(db, projectId, search) : [],
        has(actor, connectionPolicy.read.needs) ? searchConnections(db, actor, search) : [],
        has(actor, folderPolicy.read.needs) ? searchFolders(db, projectId, search) : [],
        pieces(actor, search),
      ])
      return { flows, runs, connections, folders, pieces: found }
    },
  }
}
