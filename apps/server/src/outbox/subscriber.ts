import type { DomainEvent } from '@piecework/model/events/domain-event'
import type { DurableEventName } from '../events/table.ts'

/** Gets events that outlive the process. A feature lists its own in its plugin. */
export interface Subscriber {
  /** Stored with each event that waits for it, so it never changes. */
  name: string
  /**
   * Whether it wants events of this name. Asked while the change is made, often: it answers from memory. What nobody
   * wants is not stored.
   */
  wants(name: DurableEventName): boolean
  /**
   * Takes events, oldest first. One may come again, then with the same id, and alone; after a failure others may
   * come before it.
   * @param signal aborts when it takes too long: the events come again.
   * @throws any error: the events come again.
   */
  deliver(events: readonly DomainEvent[], signal: AbortSignal): Promise<void>
}
