import type { Bus } from './bus/bus.ts'
import type { Events } from './events/events.ts'
import type { FlowEntries } from './features/flows/entries.ts'
import type { VersionSource } from './features/flows/version-source.ts'
import type { Catalogue } from './features/pieces/catalogue.ts'
import type { Workers } from './workers.ts'

interface Parts {
  bus: Bus
  events: Events
  entries: FlowEntries
  catalogue: Pick<Catalogue, 'forget'>
  versions: Pick<VersionSource, 'clear'>
  workers: Pick<Workers, 'forgetConnections'>
}

/** What is remembered of flows, pieces and connections is forgotten when they change, here and at the other apps. */
export function forgetOnChange({ bus, events, entries, catalogue, versions, workers }: Parts): void {
  const forgetPieces = (): void => {
    catalogue.forget()
    versions.clear()
  }
  bus.on('FLOW_CHANGED', ({ flowId }) => entries.forget(flowId))
  bus.on('PIECES_CHANGED', forgetPieces)
  bus.on('CONNECTIONS_CHANGED', workers.forgetConnections)
  bus.onGap(() => {
    entries.forgetAll()
    forgetPieces()
    workers.forgetConnections()
  })
  events.on('CONNECTIONS_CHANGED', () => {
    workers.forgetConnections()
    bus.publish('CONNECTIONS_CHANGED', {})
  })
  events.on('FLOW_CHANGED', ({ flowId }) => {
    entries.forget(flowId)
    bus.publish('FLOW_CHANGED', { flowId })
  })
  events.on('PIECES_CHANGED', () => {
    forgetPieces()
    bus.publish('PIECES_CHANGED', {})
  })
}
