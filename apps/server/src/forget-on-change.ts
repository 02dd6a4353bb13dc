import type { Bus } from './bus/bus.ts'
import type { Events } from './events/events.ts'
import type { FlowEntries } from './features/flows/entries.ts'
import type { VersionSource } from './features/flows/version-source.ts'
import type { Catalogue } from './features/pieces/catalogue.ts'

interface Parts {
  bus: Bus
  events: Events
  entries: FlowEntries
  catalogue: Pick<Catalogue, 'forget'>
  versions: Pick<VersionSource, 'clear'>
}

/** What is remembered of flows and pieces is forgotten when they change, here and at the other apps. */
export function forgetOnChange({ bus, events, entries, catalogue, versions }: Parts): void {
  const forgetPieces = (): void => {
    catalogue.forget()
    versions.clear()
  }
  bus.on('FLOW_CHANGED', ({ flowId }) => entries.forget(flowId))
  bus.on('PIECES_CHANGED', forgetPieces)
  bus.onGap(() => {
    entries.forgetAll()
    forgetPieces()
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
