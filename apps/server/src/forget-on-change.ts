import type { Access } from './access/access.ts'
import type { Bus } from './bus/bus.ts'
import type { Events } from './events/events.ts'
import type { FlowEntries } from './features/flows/entries.ts'
import type { VersionSource } from './features/flows/version-source.ts'
import type { Catalogue } from './features/pieces/catalogue.ts'
import type { Workers } from './workers.ts'

interface Parts {
  bus: Bus
  access: Access
  events: Events
  entries: FlowEntries
  catalogue: Pick<Catalogue, 'forget'>
  versions: Pick<VersionSource, 'clear'>
  workers: Pick<Workers, 'forgetConnections'>
}

/** Empties the caches of flows, pieces, connections and rights when these change, here and at the other apps. */
export function forgetOnChange({ bus, access, events, entries, catalogue, versions, workers }: Parts): void {
  const forgetPieces = (): void => {
    catalogue.forget()
    versions.clear()
  }
  bus.on('FLOW_CHANGED', ({ flowId }) => entries.forget(flowId))
  bus.on('PIECES_CHANGED', forgetPieces)
  bus.on('CONNECTIONS_CHANGED', workers.forgetConnections)
  bus.on('ACCESS_CHANGED', access.forget)
  bus.onGap(({ lasting }) => {
    access.forgetAll(!lasting)
    entries.forgetAll()
    forgetPieces()
    workers.forgetConnections()
  })
  events.on('CONNECTIONS_CHANGED', async () => {
    workers.forgetConnections()
    bus.publish('CONNECTIONS_CHANGED', {})
    await bus.flush()
  })
  events.on('FLOW_CHANGED', ({ flowId }) => {
    entries.forget(flowId)
    bus.publish('FLOW_CHANGED', { flowId })
  })
  events.on('ACCESS_CHANGED', async (change) => {
    access.forget(change)
    bus.publish('ACCESS_CHANGED', change)
    // The one who changed it gets the answer once the others have heard of it.
    await bus.flush()
  })
  events.on('PIECES_CHANGED', () => {
    forgetPieces()
    bus.publish('PIECES_CHANGED', {})
  })
}
