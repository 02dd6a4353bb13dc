import type { Core } from '../../core.ts'
import type { Execution } from '../../execution.ts'
import type { Flows } from '../flows/service.ts'
import { createOAuthApps } from '../oauth-apps/service.ts'
import { createOAuth2Client } from '../oauth2/client.ts'
import { createGlobalConnections } from './global.ts'
import { createConnectionMaker } from './make.ts'
import { createConnectionOpener } from './renewal.ts'
import { createAppConnections } from './service.ts'
import { createConnectionValidator } from './validator.ts'

interface Parts
  extends Pick<Core, 'db' | 'encryption' | 'catalogue' | 'outbound' | 'settings' | 'log'>,
    Pick<Execution, 'interactive' | 'engineToken'> {
  flows: Flows
}

/** Connections of projects and of platforms, and the OAuth2 apps that they sign in with. */
export function assembleConnections(parts: Parts) {
  const { db, encryption, catalogue, outbound, settings, flows, log } = parts
  const oauthApps = createOAuthApps({ db, encryption })
  const oauth2 = createOAuth2Client({ outbound, apps: oauthApps })
  const validator = createConnectionValidator({ ...parts, timeoutMs: settings.triggerTimeoutSeconds * 1000 })
  const make = createConnectionMaker({ encryption, pieces: catalogue, validator, oauth2 })
  const opener = createConnectionOpener({ db, encryption, oauth2, log })
  return {
    oauthApps,
    appConnections: createAppConnections({ db, make, opener, flows }),
    globalConnections: createGlobalConnections({ db, make }),
  }
}
