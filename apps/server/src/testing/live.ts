import { LIVE_EVENTS, type LiveEvent, type LiveEventName } from '@piecework/model/live/events'
import { LIVE_PATH } from '@piecework/model/live/path'
import { io, type Socket } from 'socket.io-client'
import { eventually } from './flows.ts'

export interface ReceivedEvent {
  event: LiveEventName
  message: unknown
}

/** A browser that is connected for live updates. The events that it gets are checked against their schemas. */
export interface LiveClient extends Disposable {
  socket: Socket
  heard: ReceivedEvent[]
  ask(event: string, message?: unknown): Promise<unknown>
  /** The first message that fits, of those that came and those to come. */
  next<N extends LiveEventName>(event: N, fits?: (message: LiveEvent<N>) => boolean): Promise<LiveEvent<N>>
  all<N extends LiveEventName>(event: N): LiveEvent<N>[]
}

/** @throws what the server says when it refuses the connection: an Error with `data`. */
export async function connectLive(origin: string, auth: object): Promise<LiveClient> {
  const socket = io(origin, { path: LIVE_PATH, transports: ['websocket'], auth, reconnection: false, forceNew: true })
  const heard: ReceivedEvent[] = []
  const wrong: unknown[] = []
  socket.onAny((event: string, message: unknown) => {
    if (!isEvent(event)) wrong.push(event)
    else {
      const parsed = LIVE_EVENTS[event].safeParse(message)
      if (parsed.success) heard.push({ event, message })
      else wrong.push({ event, message, error: parsed.error.message })
    }
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', (error) => {
      socket.disconnect()
      reject(error)
    })
  })
  const all = <N extends LiveEventName>(event: N): LiveEvent<N>[] => {
    if (wrong.length > 0) throw new Error(`Messages that fit no schema: ${JSON.stringify(wrong)}`)
    return heard.filter((one) => one.event === event).map(({ message }) => message as LiveEvent<N>)
  }
  return {
    socket,
    heard,
    ask: (event, message) => socket.timeout(20_000).emitWithAck(event, message),
    all,
    next: (event, fits = () => true) => eventually(async () => all(event).find(fits), `the event ${event}`, 110_000),
    [Symbol.dispose]: () => void socket.disconnect(),
  }
}

const isEvent = (event: string): event is LiveEventName => Object.hasOwn(LIVE_EVENTS, event)
