import type { Carrier, CarrierEvents } from './bus.ts'

/** Connects apps of one process; with one app, as over an embedded database, nobody is there to hear it. */
export interface MemoryHub {
  open(appId: string, events: CarrierEvents): Promise<Carrier>
}

export function createMemoryHub(): MemoryHub {
  const apps = new Map<string, CarrierEvents>()
  return {
    async open(appId, events) {
      apps.set(appId, events)
      return {
        async send(parcels) {
          for (const { to, text } of parcels)
            for (const [id, app] of apps) if (to === null || to === id) queueMicrotask(() => app.receive(text))
        },
        async close() {
          apps.delete(appId)
        },
      }
    },
  }
}
