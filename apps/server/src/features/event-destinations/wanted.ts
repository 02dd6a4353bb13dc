import type { DomainEventName } from '@piecework/model/events/domain-event'
import type { Bus } from '../../bus/bus.ts'
import type { Db } from '../../database/open.ts'
import type { Events } from '../../events/events.ts'
import { selectWantedNames } from './store.ts'

/** Which events some receiver gets. Asked while changes are made and runs begin, so it answers from memory. */
export interface Wanted {
  has(name: DomainEventName): boolean
  load(): Promise<void>
}

interface Parts {
  db: Db
  bus: Bus
  events: Events
  log: { warn(details: object, message: string): void }
}

export function watchWanted({ db, bus, events, log }: Parts): Wanted {
  // Until it is known, every event may be wanted.
  let names: ReadonlySet<DomainEventName> | undefined
  let loading = 0

  const load = async (): Promise<void> => {
    const own = ++loading
    const found = new Set(await selectWantedNames(db))
    if (own === loading) names = found
  }
  const loadAgain = (): void => {
    load().catch((err: unknown) => {
      names = undefined
      log.warn({ err }, 'event destinations could not be read; every event is stored until they can')
    })
  }
  bus.on('EVENT_DESTINATIONS_CHANGED', loadAgain)
  bus.onGap(loadAgain)
  events.on('EVENT_DESTINATIONS_CHANGED', async () => {
    await load()
    bus.publish('EVENT_DESTINATIONS_CHANGED', {})
    await bus.flush()
  })
  return { has: (name) => names?.has(name) ?? true, load }
}
