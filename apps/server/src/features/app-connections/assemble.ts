import type { Core } from '../../core.ts'
import type { Execution } from '../../execution.ts'
import type { Flows } from '../flows/service.ts'
import { createOAuthApps } from '../oauth-apps/service.ts'
import { createOAuth2Client } from '../oauth2/client.ts'
import { createProviders } from '../secret-managers/providers/registry.ts'
import { createSecrets } from '../secret-managers/secrets.ts'
import { createGlobalConnections } from './global.ts'
import { createConnectionLender } from './lend.ts'
import { createConnectionMaker } from './make.ts'
import { openWithSecrets } from './open-with-secrets.ts'
import { createConnectionOpener } from './renewal.ts'
import { createAppConnections } from './service.ts'
import { createConnectionValidator } from './validator.ts'

/** Makes the part that opens stored connections, for those who show them and for runs. */
export function openConnections({
  db,
  encryption,
  outbound,
  bus,
  events,
  outbox,
  log,
  settings: { frontendUrl },
}: Pick<Core, 'db' | 'encryption' | 'outbound' | 'bus' | 'events' | 'outbox' | 'log' | 'settings'>) {
  const oauthApps = createOAuthApps({ db, encryption })
  const oauth2 = createOAuth2Client({ outbound, apps: oauthApps })
  const providers = createProviders()
  const secrets = createSecrets({ db, bus, events, encryption, outbound, providers })
  const tokens = createConnectionOpener({ db, outbox, encryption, oauth2, frontendUrl, log })
  const opener = openWithSecrets({ db, outbox, opener: tokens, secrets, frontendUrl })
  return { oauthApps, oauth2, providers, secrets, opener, lendConnection: createConnectionLender({ db, opener, log }) }
}

interface Parts
  extends Pick<Core, 'db' | 'encryption' | 'catalogue' | 'settings' | 'events' | 'outbox'>,
    Pick<Execution, 'interactive' | 'engineToken'>,
    ReturnType<typeof openConnections> {
  flows: Flows
}

/** Connections of projects and of platforms. */
export function assembleConnections(parts: Parts) {
  const { db, encryption, catalogue, settings, events, outbox, flows, oauth2, opener, secrets } = parts
  const validator = createConnectionValidator({ ...parts, timeoutMs: settings.triggerTimeoutSeconds * 1000 })
  const make = createConnectionMaker({ encryption, pieces: catalogue, validator, oauth2, secrets })
  return {
    appConnections: createAppConnections({ db, make, validator, opener, flows, events, outbox }),
    globalConnections: createGlobalConnections({ db, make, events, outbox }),
  }
}
