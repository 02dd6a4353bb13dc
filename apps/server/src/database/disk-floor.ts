import { statfsSync } from 'node:fs'

const MB = 1024 * 1024

/** To open, PostgreSQL needs room for a piece of its log, and for what it then writes. */
const ROOM_TO_OPEN_MB = 24

/** Whether there is room enough on the disk of the folder. */
export const hasRoomToOpen = (folder: string): boolean => freeMb(folder) >= ROOM_TO_OPEN_MB

/** Of a disk that cannot be asked, there is no limit known. */
function freeMb(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return (bavail * bsize) / MB
  } catch {
    return Number.POSITIVE_INFINITY
  }
}
