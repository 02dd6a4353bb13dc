import type { FlowOverviewRequest } from '../../api/flows.ts'

export const STATUSES = ['ENABLED', 'DISABLED'] as const
export type Status = (typeof STATUSES)[number]
export const SORTS = ['name', 'lastRun', 'updated'] as const
export type Sort = (typeof SORTS)[number]
export type Direction = 'asc' | 'desc'
export const PAGE_SIZES = [25, 50, 100] as const

/** `none` in the filter of folders: flows that are in no folder. */
export const NO_FOLDER = 'none'

/** In the filter of triggers: flows that nothing begins yet. */
export const NO_TRIGGER = 'NONE'

/** How the list of automations is narrowed and sorted, as its address has it. */
export interface AutomationsSearch {
  name?: string
  status?: Status
  /** The id of a folder, or `none`. */
  folder?: string
  owner?: string
  connection?: string[]
  /** The names of the pieces that begin it; `NONE` where nothing does yet. */
  trigger?: string[]
  sort?: Sort
  direction?: Direction
  /** The pages before this one, and this one, as cursors. */
  pages?: string[]
  size?: number
  /** The folders that are open. */
  open?: string[]
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value) || undefined : undefined

const texts = (value: unknown): string[] | undefined => {
  const list = (Array.isArray(value) ? value : [value]).flatMap((item) => text(item) ?? [])
  return list.length > 0 ? list : undefined
}

/** Reads the address; what it does not know of is left out. */
export function parseAutomationsSearch(search: Record<string, unknown>): AutomationsSearch {
  const name = text(search.name)
  const status = STATUSES.find((known) => known === search.status)
  const folder = text(search.folder)
  const owner = text(search.owner)
  const connection = texts(search.connection)
  const trigger = texts(search.trigger)
  const sort = SORTS.find((known) => known === search.sort)
  const direction = (['asc', 'desc'] as const).find((known) => known === search.direction)
  const pages = texts(search.pages)
  const size = PAGE_SIZES.find((known) => known === Number(search.size))
  const open = texts(search.open)
  return {
    ...(name && { name }),
    ...(status && { status }),
    ...(folder && { folder }),
    ...(owner && { owner }),
    ...(connection && { connection }),
    ...(trigger && { trigger }),
    ...(sort && { sort }),
    ...(direction && { direction }),
    ...(pages && { pages }),
    ...(size && { size }),
    ...(open && { open }),
  }
}

/** Whether only some of the automations show: then they stand in one list, without their folders. */
export const isNarrowed = ({ name, status, folder, owner, connection, trigger }: AutomationsSearch): boolean =>
  Boolean(name || status || folder || owner || connection || trigger)

/** The direction in which a column is sorted first. */
const firstDirection = (sort: Sort): Direction => (sort === 'name' ? 'asc' : 'desc')

export const sortOf = ({ sort = 'updated', direction }: AutomationsSearch): { sort: Sort; direction: Direction } => ({
  sort,
  direction: direction ?? firstDirection(sort),
})

/** The order after a click on a column: the same column turns it around. */
export function sortedBy(search: AutomationsSearch, sort: Sort): AutomationsSearch {
  const now = sortOf(search)
  if (now.sort !== sort) return { sort, direction: firstDirection(sort) }
  return { sort, direction: now.direction === 'asc' ? 'desc' : 'asc' }
}

/** The list as the API takes it: what is narrowed down, or what is in no folder. */
export function requestOf(search: AutomationsSearch, projectId: string): FlowOverviewRequest {
  const { name, status, folder, owner, connection, trigger, pages, size } = search
  const folderId = isNarrowed(search) ? folder : NO_FOLDER
  return {
    projectId,
    ...sortOf(search),
    limit: size ?? PAGE_SIZES[0],
    ...(pages && { cursor: pages.at(-1) }),
    ...(name && { name }),
    ...(status && { status: [status] }),
    ...(folderId && { folderId: folderId === NO_FOLDER ? 'NULL' : folderId }),
    ...(owner && { ownerId: owner }),
    ...(connection && { connectionExternalIds: connection }),
    ...(trigger && { triggerPieceNames: trigger }),
  }
}
