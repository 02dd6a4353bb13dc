import type { Core } from '../../core.ts'
import { mailSettings } from '../mail/mail-settings.ts'
import { openTransport } from '../mail/transport.ts'
import type { Plugin } from '../plugin.ts'
import { createAlertDelivery } from './deliver.ts'
import { createLookout, watchSwitchedOff } from './raise.ts'
import { alertRoutes } from './routes.ts'
import { createAlerts } from './service.ts'

type Parts = Pick<Core, 'db' | 'outbox' | 'encryption' | 'outbound' | 'settings' | 'log'>

export function alerts({ settings, ...parts }: Parts): Plugin {
  const { frontendUrl, eventDestinationsAllowHttp: allowsHttp } = settings
  const server = mailSettings(settings)
  const transport = server && openTransport(server)
  const alerts = createAlerts({ ...parts, allowsHttp })
  const digestMs = settings.alertDigestMinutes * 60_000
  const lookout = createLookout({ ...parts, frontendUrl, digestMs })
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> | undefined
  const look = (): void => {
    looking ??= lookout.tick().finally(() => {
      looking = undefined
    })
  }
  return {
    name: 'alerts',
    routes: (app) => alertRoutes(app, { alerts }),
    subscribers: [watchSwitchedOff({ ...parts, frontendUrl }), createAlertDelivery({ ...parts, transport })],
    start() {
      timer = setInterval(look, settings.alertCheckSeconds * 1000).unref()
    },
    stop: () => clearInterval(timer),
    async settle() {
      await looking
      transport?.close()
    },
  }
}
