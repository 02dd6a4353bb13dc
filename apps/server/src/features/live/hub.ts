import type { LiveEvent, LiveEventName } from '@piecework/model/live/events'
import type { Bus } from '../../bus/bus.ts'
import { createRemoteListeners } from './remote-listeners.ts'
import type { Room } from './rooms.ts'

/** One message, as it leaves for browsers. */
export interface Parcel {
  event: string
  message: unknown
}

/** Hands messages to the sockets of this app. `except` is the socket that knows them already. */
export type Deliver = (room: Room, parcels: readonly Parcel[], except: string | undefined) => void

/**
 * Brings messages to everybody in a room, whichever app they are connected to. Nothing is sent, or need be made, for
 * a room in which nobody is. Messages are lost with a connection, so that clients first read the state and then listen.
 */
export interface LiveHub {
  /** Whether anybody is in the room, here or at another app: ask before making what would be sent. */
  isWatched(room: Room): boolean
  send<N extends LiveEventName>(room: Room, event: N, message: LiveEvent<N>, except?: string): void
  /** Several at once, in order. */
  sendAll(room: Room, parcels: readonly Parcel[]): void
  /** A socket of this app is in these rooms; resolves when the other apps know. */
  enter(rooms: readonly Room[]): Promise<void>
  leave(rooms: readonly Room[]): void
  onDeliver(deliver: Deliver): void
  close(): void
}

export function createLiveHub(bus: Bus): LiveHub {
  /** How many sockets of this app are in each room. */
  const here = new Map<Room, number>()
  const elsewhere = createRemoteListeners(bus, () => here.keys())
  let deliver: Deliver = () => {}

  bus.on('LIVE_MESSAGES', ({ room, parcels, except }) => deliver(room, parcels, except))

  const sendAll = (room: Room, parcels: readonly Parcel[], except?: string): void => {
    if (here.has(room)) deliver(room, parcels, except)
    for (const app of elsewhere.apps(room)) bus.publish('LIVE_MESSAGES', { room, parcels: [...parcels], except }, app)
  }

  return {
    isWatched: (room) => here.has(room) || elsewhere.has(room),
    send: (room, event, message, except) => sendAll(room, [{ event, message }], except),
    sendAll,
    async enter(rooms) {
      for (const room of rooms) {
        const count = here.get(room) ?? 0
        here.set(room, count + 1)
        if (count === 0) elsewhere.announce(room, true)
      }
      await bus.flush()
    },
    leave(rooms) {
      for (const room of rooms) {
        const count = (here.get(room) ?? 0) - 1
        if (count > 0) here.set(room, count)
        else if (here.delete(room)) elsewhere.announce(room, false)
      }
    },
    onDeliver(handler) {
      deliver = handler
    },
    close: elsewhere.close,
  }
}
