import type { Core } from '../../core.ts'
import { deleteOldCounts } from '../../limits/count-store.ts'
import type { Plugin } from '../plugin.ts'

/** The longest window is a day. */
const COUNTS_KEPT_MS = 2 * 24 * 3_600_000

/** Adds up what the apps count of requests. */
export const sharedRateLimits = ({ db, counters }: Pick<Core, 'db' | 'counters'>): Plugin => ({
  name: 'rate-limits',
  async start() {
    await deleteOldCounts(db, new Date(Date.now() - COUNTS_KEPT_MS))
    counters.start()
  },
  settle: () => counters.stop(),
})
