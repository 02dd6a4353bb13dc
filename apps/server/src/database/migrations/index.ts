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
import { flowRevisions } from './0015-flow-revisions.ts'
import { flowLists } from './0016-flow-lists.ts'
import { outbox } from './0017-outbox.ts'
import { runsByDay } from './0018-runs-by-day.ts'
import { bulkActs } from './0019-bulk-acts.ts'
import { flowStatusChanges } from './0020-flow-status-changes.ts'
import { eventDestinations } from './0021-event-destinations.ts'
import { ownRoles } from './0022-own-roles.ts'
import { lostStarts } from './0023-lost-starts.ts'
import { invitations } from './0024-invitations.ts'
import { secretManagers } from './0025-secret-managers.ts'
import { oneTimeCodes } from './0026-one-time-codes.ts'
import { signingKeys } from './0027-signing-keys.ts'
import { locksAndDeadJobs } from './0028-locks-and-dead-jobs.ts'
import { alertsAndIssues } from './0029-alerts-and-issues.ts'
import { graphs } from './0030-graphs.ts'
import { singleSignOn } from './0031-single-sign-on.ts'
import { saml } from './0032-saml.ts'
import { forms } from './0033-forms.ts'
import { apiCounts } from './0034-api-counts.ts'
import { sessions } from './0035-sessions.ts'
import { secondFactor } from './0036-second-factor.ts'
import { personalTokens } from './0037-personal-tokens.ts'
import { formPages } from './0039-form-pages.ts'
import { connectionTroubles } from './0041-connection-troubles.ts'
import { testSignIns } from './0042-test-sign-ins.ts'
import { listIndexes } from './0045-list-indexes.ts'

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
  flowRevisions,
  flowLists,
  outbox,
  runsByDay,
  bulkActs,
  flowStatusChanges,
  eventDestinations,
  ownRoles,
  lostStarts,
  invitations,
  secretManagers,
  oneTimeCodes,
  signingKeys,
  locksAndDeadJobs,
  alertsAndIssues,
  graphs,
  singleSignOn,
  saml,
  forms,
  apiCounts,
  sessions,
  secondFactor,
  personalTokens,
  formPages,
  connectionTroubles,
  testSignIns,
  listIndexes,
]
