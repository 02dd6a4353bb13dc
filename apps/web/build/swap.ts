import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'

/** The errors of a rename that another swap at the same moment causes. */
const MET_ANOTHER: ReadonlySet<unknown> = new Set(['ENOENT', 'ENOTEMPTY', 'EEXIST'])
const MOST_TRIES = 20

/**
 * Puts a whole folder in the place of another one. Several processes may do so at the same time; the last one stays.
 * @param old a free name next to `target`; the folder that was there is removed
 */
export async function swap(fresh: string, target: string, old: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await mkdir(target, { recursive: true })
      await rename(target, old)
      await rename(fresh, target)
      return
    } catch (error) {
      const code: unknown = Reflect.get(Object(error), 'code')
      if (tries === MOST_TRIES || !MET_ANOTHER.has(code) || !existsSync(fresh)) {
        // The old folder goes back, unless somebody has put another one in its place.
        await rename(old, target).catch(() => {})
        throw error
      }
    } finally {
      await rm(old, { recursive: true, force: true })
    }
  }
}
