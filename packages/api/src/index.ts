import { apiKeys } from './api-keys.ts'
import { appConnections } from './app-connections.ts'
import { authentication } from './authentication.ts'
import type { Endpoint } from './endpoint.ts'
import { engine } from './engine.ts'
import { flags } from './flags.ts'
import { flowRuns } from './flow-runs.ts'
import { flows } from './flows.ts'
import { folders } from './folders.ts'
import { globalConnections } from './global-connections.ts'
import { health } from './health.ts'
import { humanInput } from './human-input.ts'
import { oauthApps } from './oauth-apps.ts'
import { oauth2 } from './oauth2.ts'
import { pieces } from './pieces.ts'
import { platforms } from './platforms.ts'
import { projectRoles } from './project-roles.ts'
import { projects } from './projects.ts'
import { reference } from './reference.ts'
import { sampleData } from './sample-data.ts'
import { stepFiles } from './step-files.ts'
import { storeEntries } from './store-entries.ts'
import { tags } from './tags.ts'
import { triggers } from './triggers.ts'
import { users } from './users.ts'
import { waitpoints } from './waitpoints.ts'
import { workerMachines } from './worker-machines.ts'

/** Every endpoint of the API, by noun and verb. Adding one is one entry in the file of its noun. */
export const api = {
  waitpoints,
  triggers,
  reference,
  pieces,
  health,
  flows,
  flowRuns,
  engine,
  apiKeys,
  appConnections,
  authentication,
  flags,
  folders,
  globalConnections,
  humanInput,
  oauth2,
  oauthApps,
  platforms,
  projectRoles,
  projects,
  sampleData,
  stepFiles,
  storeEntries,
  tags,
  users,
  workerMachines,
} as const satisfies Record<string, Record<string, Endpoint>>

/** Every endpoint, one after another. */
export const endpoints: readonly Endpoint[] = Object.values(api).flatMap((noun) => Object.values<Endpoint>(noun))
