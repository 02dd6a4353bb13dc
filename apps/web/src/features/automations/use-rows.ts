import { useQueries, useQuery } from '@tanstack/react-query'
import { flowOverviewQuery } from '../../api/flows.ts'
import { foldersQuery } from '../../api/folders.ts'
import { type AutomationsSearch, isNarrowed, requestOf, sortOf } from './automations-search.ts'
import type { Row } from './list-props.ts'

/** No open folder shows more; the filter of folders leads to the others. */
const MOST_IN_FOLDER = 100

/** The rows of the list: folders with what is in the open ones, then what is in no folder; or all that fits the filters. */
export function useRows(search: AutomationsSearch, projectId: string, poll: number | false) {
  const isFlat = isNarrowed(search)
  const flows = useQuery(flowOverviewQuery(requestOf(search, projectId), poll))
  const folders = useQuery(foldersQuery(projectId))
  const open = isFlat ? [] : (search.open ?? [])
  const inside = useQueries({
    queries: open.map((folderId) =>
      flowOverviewQuery({ projectId, folderId, ...sortOf(search), limit: MOST_IN_FOLDER }, poll),
    ),
  })

  const rows: Row[] = []
  // Folders stand at the top of the first page.
  if (!isFlat && !search.pages)
    for (const folder of folders.data ?? []) {
      const place = open.indexOf(folder.id)
      rows.push({ kind: 'folder', folder, isOpen: place >= 0 })
      if (place < 0) continue
      const content = inside[place]?.data?.data
      if (!content?.length) rows.push({ kind: 'note', folder, isLoading: content === undefined })
      for (const flow of content ?? []) rows.push({ kind: 'flow', flow })
    }
  for (const flow of flows.data?.data ?? []) {
    const folder = isFlat ? folders.data?.find(({ id }) => id === flow.folderId) : undefined
    rows.push({ kind: 'flow', flow, folderName: folder?.displayName })
  }
  return { flows, folders, rows, isFlat }
}
