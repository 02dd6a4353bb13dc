import { alerts } from './alerts.ts'
import { analytics } from './analytics.ts'
import { apiKeys } from './api-keys.ts'
import { appConnections } from './app-connections.ts'
import { auditEvents } from './audit-events.ts'
import { authentication } from './authentication.ts'
import { bulkActs } from './bulk-acts.ts'
import type { Endpoint } from './endpoint.ts'
import { engine } from './engine.ts'
import { eventDestinations } from './event-destinations.ts'
import { flags } from './flags.ts'
import { flowCode } from './flow-code.ts'
import { flowRuns } from './flow-runs.ts'
import { flows } from './flows.ts'
import { folders } from './folders.ts'
import { globalConnections } from './global-connections.ts'
import { health } from './health.ts'
import { humanInput } from './human-input.ts'
import { issues } from './issues.ts'
import { oauthApps } from './oauth-apps.ts'
import { oauth2 } from './oauth2.ts'
import { oneTimeCodes } from './one-time-codes.ts'
import { personalTokens } from './personal-tokens.ts'
import { pieces } from './pieces.ts'
import { platforms } from './platforms.ts'
import { projectKeys } from './project-keys.ts'
import { projectMembers } from './project-members.ts'
import { projectRoles } from './project-roles.ts'
import { projects } from './projects.ts'
import { publicForms } from './public-forms.ts'
import { reference } from './reference.ts'
import { sampleData } from './sample-data.ts'
import { scim } from './scim.ts'
import { search } from './search.ts'
import { secondFactor } from './second-factor.ts'
import { secretManagers } from './secret-managers.ts'
import { sessions } from './sessions.ts'
import { managedAuthn, signingKeys } from './signing-keys.ts'
import { sso } from './sso.ts'
import { stepFiles } from './step-files.ts'
import { storeEntries } from './store-entries.ts'
import { tags } from './tags.ts'
import { triggers } from './triggers.ts'
import { userInvitations } from './user-invitations.ts'
import { users } from './users.ts'
import { waitpoints } from './waitpoints.ts'
import { workerMachines } from './worker-machines.ts'

/** Every endpoint of the API, by noun and verb. Adding one is one entry in the file of its noun. */
export const api = {
  alerts,
  analytics,
  waitpoints,
  triggers,
  reference,
  pieces,
  health,
  flows,
  flowCode,
  flowRuns,
  bulkActs,
  engine,
  apiKeys,
  appConnections,
  auditEvents,
  authentication,
  eventDestinations,
  flags,
  folders,
  globalConnections,
  humanInput,
  managedAuthn,
  oauth2,
  issues,
  sso,
  scim,
  oauthApps,
  oneTimeCodes,
  personalTokens,
  platforms,
  projectKeys,
  projectMembers,
  projectRoles,
  projects,
  publicForms,
  sampleData,
  search,
  secondFactor,
  secretManagers,
  sessions,
  signingKeys,
  stepFiles,
  storeEntries,
  tags,
  userInvitations,
  users,
  workerMachines,
} as const satisfies Record<string, Record<string, Endpoint>>

/** Every endpoint, one after another. */
export const endpoints: readonly Endpoint[] = Object.values(api).flatMap((noun) => Object.values<Endpoint>(noun))
