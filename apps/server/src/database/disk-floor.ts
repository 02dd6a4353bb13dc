import { statfsSync } from 'node:fs'

const MB = 1024 * 1024

/**
 * Below this, new work is refused: PostgreSQL stops when it finds no room for the next 16 MB of its log, and what was
 * accepted needs room to come to its end.
 */
export const FLOOR_MB = 48
/** To open, PostgreSQL needs room for a piece of its log, and for what it then writes. */
const ROOM_TO_OPEN_MB = 24

export const isBelowFloor = (folder: string): boolean => freeMb(folder) < FLOOR_MB
export const hasRoomToOpen = (folder: string): boolean => freeMb(folder) >= ROOM_TO_OPEN_MB

/** The free space of a disk that does not answer is unknown, and then no limit applies. */
function freeMb(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return (bavail * bsize) / MB
  } catch {
    return Number.POSITIVE_INFINITY
  }
}
