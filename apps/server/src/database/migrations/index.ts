import type { Migration } from '../migrate.ts'
import { initial } from './0001-initial.ts'
import { scaleOut } from './0002-scale-out.ts'
import { oauth2 } from './0003-oauth2.ts'
import { live } from './0004-live.ts'
import { parentWaitpoints } from './0005-parent-waitpoints.ts'
import { workerGroups } from './0006-worker-groups.ts'
import { runsByStatus } from './0007-runs-by-status.ts'
import { runRetries } from './0008-run-retries.ts'
import { settledTriggers } from './0009-settled-triggers.ts'
import { pieceReleases } from './0010-piece-releases.ts'
import { keyOrder } from './0011-key-order.ts'
import { defaultRoles } from './0012-default-roles.ts'
import { failedWork } from './0013-failed-work.ts'
import { resumeOrder } from './0014-resume-order.ts'

/** Every migration, oldest first. Adding one is one file and one line. */
export const migrations: readonly Migration[] = [
  initial,
  scaleOut,
  oauth2,
  live,
  parentWaitpoints,
  workerGroups,
  runsByStatus,
  runRetries,
  settledTriggers,
  pieceReleases,
  keyOrder,
  defaultRoles,
  failedWork,
  resumeOrder,
]
