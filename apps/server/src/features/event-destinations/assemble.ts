import type { Actor } from '../../access/actor.ts'
import type { Core } from '../../core.ts'
import { createOutbound } from '../../http/outbound.ts'
import { eventDestinationPolicy, projectWebhookPolicy } from '../../policies/event-destination.ts'
import { createDeliveries } from './deliver.ts'
import { createFanOut } from './fan-out.ts'
import { createEventDestinations } from './service.ts'
import type { Owner } from './store.ts'
import { watchWanted } from './wanted.ts'

type Parts = Pick<Core, 'db' | 'bus' | 'events' | 'outbox' | 'encryption' | 'settings' | 'log'> & {
  /** No other app works on this database. */
  embedded: boolean
}

const platformOf = ({ platformId }: Actor): Owner => ({ platformId, projectId: null })

function projectOf(actor: Actor): Owner {
  if (!('projectId' in actor) || typeof actor.projectId !== 'string')
    throw new Error('Receivers of a project are asked for outside of a project')
  return { platformId: actor.platformId, projectId: actor.projectId }
}

/** The receivers of events: those of the platform, those of projects, and what brings events to them. */
export function assembleEventDestinations({ db, bus, events, outbox, encryption, settings, log, embedded }: Parts) {
  const { frontendUrl, ssrfAllowList } = settings
  const wanted = watchWanted({ db, bus, events, log })
  const timeoutMs = settings.eventDestinationTimeoutSeconds * 1000
  // Flows of this server may take events, also where its address is not a public one.
  const outbound = createOutbound({ allowList: ssrfAllowList, trusted: [frontendUrl] })
  const parts = {
    ...{ db, outbox, events, encryption, outbound, timeoutMs, log },
    publicUrl: frontendUrl,
    allowsHttp: settings.eventDestinationsAllowHttp,
    onStored: () => deliveries.wake(),
  }
  const eventDestinations = createEventDestinations({ ...parts, ownerOf: platformOf, policy: eventDestinationPolicy })
  const projectWebhooks = createEventDestinations({ ...parts, ownerOf: projectOf, policy: projectWebhookPolicy })
  const deliveries = createDeliveries({
    ...{ db, encryption, outbound, timeoutMs, log, alone: embedded },
    disable: eventDestinations.disable,
  })
  const fanOut = createFanOut({ db, wanted, publicUrl: frontendUrl, onStored: parts.onStored })
  return { eventDestinations, projectWebhooks, fanOut, deliveries, wanted }
}
