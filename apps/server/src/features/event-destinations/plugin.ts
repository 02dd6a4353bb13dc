import type { Plugin } from '../plugin.ts'
import type { assembleEventDestinations } from './assemble.ts'
import { eventDestinationRoutes } from './routes.ts'

type Parts = Omit<ReturnType<typeof assembleEventDestinations>, 'projectWebhooks'>

export function eventDestinations({ eventDestinations, fanOut, deliveries, wanted }: Parts): Plugin {
  return {
    name: 'event-destinations',
    routes: (app) => eventDestinationRoutes(app, { eventDestinations }),
    subscribers: [fanOut],
    prepare: wanted.load,
    start: deliveries.start,
    stop: deliveries.stop,
  }
}
