import type { EventName, Listener, MemoryEvents } from './table.ts'

/** Tells the parts of this process what happens in others. */
export interface Events {
  /**
   * Tells all listeners, one after another, in the order in which they subscribed.
   * @throws what the first failing listener throws, once all have heard the event
   */
  emit<N extends EventName>(name: N, event: MemoryEvents[N]): Promise<void>
  /** The same for those who do not wait: what listeners throw is logged. */
  announce<N extends EventName>(name: N, event: MemoryEvents[N]): void
  on<N extends EventName>(name: N, listener: Listener<N>): void
}

type Listeners = { readonly [N in EventName]: Listener<N>[] }

export function createEvents(log: { warn(details: object, message: string): void }): Events {
  const listeners: Listeners = {
    FLOW_CHANGED: [],
    FLOW_OPERATED: [],
    TRIGGER_FAILED: [],
    TRIGGER_MISSED: [],
    RUN_PROGRESSED: [],
    RUN_FINISHED: [],
    RUNS_CANCELED: [],
    BULK_PROGRESSED: [],
    STEP_TESTED: [],
    CONNECTIONS_CHANGED: [],
    PIECES_CHANGED: [],
    PIECE_REBUILT: [],
    ACCESS_CHANGED: [],
    EVENT_DESTINATIONS_CHANGED: [],
    SECRETS_CHANGED: [],
    LIMITS_CHANGED: [],
  }

  const emit: Events['emit'] = async (name, event) => {
    const failures: unknown[] = []
    for (const listener of listeners[name]) {
      try {
        await listener(event)
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
  }

  return {
    emit,
    announce: (name, event) =>
      void emit(name, event).catch((err: unknown) => log.warn({ err, event: name }, 'a listener failed')),
    on(name, listener) {
      listeners[name].push(listener)
    },
  }
}
