/**
 * Waiting work in memory: best priority first; within one priority the projects take turns, each in its own
 * order of arrival.
 */
export interface FairQueue<T> {
  readonly size: number
  push(item: T): void
  /** The next item of those that may go now. */
  pop(mayGo?: (item: T) => boolean): T | undefined
  /** Takes one item out. @returns whether it was there. */
  take(item: T): boolean
  /** Takes out the items that match, wherever they stand. */
  remove(matches: (item: T) => boolean): T[]
  /** All of them, in no order that means anything. */
  items(): T[]
}

export function createFairQueue<T extends { projectId: string; priority: number }>(): FairQueue<T> {
  // Priority to project to items; a Map keeps the order of insertion, which is the order of turns.
  const lanes = new Map<number, Map<string, T[]>>()
  let size = 0
  return {
    get size() {
      return size
    },
    push(item) {
      const lane = lanes.get(item.priority) ?? new Map<string, T[]>()
      lanes.set(item.priority, lane)
      const items = lane.get(item.projectId)
      if (items) items.push(item)
      else lane.set(item.projectId, [item])
      size++
    },
    pop(mayGo = () => true) {
      for (const priority of [...lanes.keys()].sort((a, b) => a - b)) {
        const lane = lanes.get(priority)
        for (const [projectId, items] of lane ?? []) {
          const index = items.findIndex(mayGo)
          const [item] = index < 0 ? [] : items.splice(index, 1)
          if (!lane || !item) continue
          // To the end of the round, or out of it.
          lane.delete(projectId)
          if (items.length > 0) lane.set(projectId, items)
          if (lane.size === 0) lanes.delete(priority)
          size--
          return item
        }
      }
      return undefined
    },
    take(item) {
      const lane = lanes.get(item.priority)
      const items = lane?.get(item.projectId)
      const index = items?.indexOf(item) ?? -1
      if (!lane || !items || index < 0) return false
      items.splice(index, 1)
      if (items.length === 0) lane.delete(item.projectId)
      if (lane.size === 0) lanes.delete(item.priority)
      size--
      return true
    },
    remove(matches) {
      const removed: T[] = []
      for (const [priority, lane] of lanes) {
        for (const [projectId, items] of lane) {
          const kept = items.filter((item) => !matches(item))
          removed.push(...items.filter(matches))
          if (kept.length > 0) lane.set(projectId, kept)
          else lane.delete(projectId)
        }
        if (lane.size === 0) lanes.delete(priority)
      }
      size -= removed.length
      return removed
    },
    items: () => [...lanes.values()].flatMap((lane) => [...lane.values()].flat()),
  }
}
