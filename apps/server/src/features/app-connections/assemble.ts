import type { Core } from '../../core.ts'
import type { Execution } from '../../execution.ts'
import type { Flows } from '../flows/service.ts'
import { createOAuthApps } from '../oauth-apps/service.ts'
import { createOAuth2Client } from '../oauth2/client.ts'
import { createGlobalConnections } from './global.ts'
import { createConnectionLender } from './lend.ts'
import { createConnectionMaker } from './make.ts'
import { createConnectionOpener } from './renewal.ts'
import { createAppConnections } from './service.ts'
import { createConnectionValidator } from './validator.ts'

/** What opens stored connections, for those who show them and for runs. */
export function openConnections({
  db,
  encryption,
  outbound,
  log,
}: Pick<Core, 'db' | 'encryption' | 'outbound' | 'log'>) {
  const oauthApps = createOAuthApps({ db, encryption })
  const oauth2 = createOAuth2Client({ outbound, apps: oauthApps })
  const opener = createConnectionOpener({ db, encryption, oauth2, log })
  return { oauthApps, oauth2, opener, lendConnection: createConnectionLender({ db, opener, log }) }
}

interface Parts
  extends Pick<Core, 'db' | 'encryption' | 'catalogue' | 'settings' | 'events'>,
    Pick<Execution, 'interactive' | 'engineToken'>,
    ReturnType<typeof openConnections> {
  flows: Flows
}

/** Connections of projects and of platforms. */
export function assembleConnections(parts: Parts) {
  const { db, encryption, catalogue, settings, events, flows, oauth2, opener } = parts
  const validator = createConnectionValidator({ ...parts, timeoutMs: settings.triggerTimeoutSeconds * 1000 })
  const make = createConnectionMaker({ encryption, pieces: catalogue, validator, oauth2 })
  return {
    appConnections: createAppConnections({ db, make, opener, flows, events }),
    globalConnections: createGlobalConnections({ db, make, events }),
  }
}
