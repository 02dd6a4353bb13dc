import type { Bus } from '../../bus/bus.ts'

/** Which rooms have listeners at other apps. */
export interface RemoteListeners {
  has(room: string): boolean
  apps(room: string): string[]
  /** The first listener of a room has come to this app, or the last one has gone. */
  announce(room: string, hasListeners: boolean): void
  close(): void
}

/** An app repeats which rooms it has; one that is silent for longer than the limit counts as gone. */
const SAY_SO_MS = 20_000
const GONE_AFTER_MS = 65_000
/** So that a message about rooms stays small enough for every carrier. */
const ROOMS_PER_MESSAGE = 100

/** @param own the rooms that have listeners here. */
export function createRemoteListeners(bus: Bus, own: () => Iterable<string>): RemoteListeners {
  const rooms = new Map<string, Set<string>>()
  let closed = false
  const apps = new Map<string, { rooms: Set<string>; seenAt: number }>()

  const leave = (app: string, room: string): void => {
    apps.get(app)?.rooms.delete(room)
    const there = rooms.get(room)
    if (there?.delete(app) && there.size === 0) rooms.delete(room)
  }

  const forget = (app: string): void => {
    for (const room of apps.get(app)?.rooms ?? []) leave(app, room)
    apps.delete(app)
  }

  const enter = (app: string, room: string): void => {
    apps.get(app)?.rooms.add(room)
    const there = rooms.get(room) ?? new Set()
    there.add(app)
    rooms.set(room, there)
  }

  /** Tells all rooms of this app: the first message takes the place of what was known. */
  const sayAll = (): void => {
    if (closed) return
    const all = [...own()]
    for (let from = 0; from < Math.max(1, all.length); from += ROOMS_PER_MESSAGE) {
      const some = all.slice(from, from + ROOMS_PER_MESSAGE)
      bus.publish('LIVE_ROOMS', { app: bus.appId, change: from === 0 ? 'ARE' : 'CAME', rooms: some })
    }
  }

  bus.on('LIVE_ROOMS', ({ app, change, rooms: named }) => {
    if (change === 'ARE') forget(app)
    if (change === 'ARE' && named.length === 0) return
    const known = apps.get(app)
    if (known) known.seenAt = Date.now()
    else apps.set(app, { rooms: new Set(), seenAt: Date.now() })
    for (const room of named) (change === 'WENT' ? leave : enter)(app, room)
  })
  bus.on('LIVE_ROOMS_ASKED', sayAll)
  bus.onGap(() => {
    sayAll()
    bus.publish('LIVE_ROOMS_ASKED', {})
  })
  bus.publish('LIVE_ROOMS_ASKED', {})

  const timer = setInterval(() => {
    for (const [app, { seenAt }] of apps) if (Date.now() - seenAt > GONE_AFTER_MS) forget(app)
    const [first] = own()
    if (first !== undefined) sayAll()
  }, SAY_SO_MS).unref()

  return {
    has: (room) => rooms.has(room),
    apps: (room) => [...(rooms.get(room) ?? [])],
    announce(room, hasListeners) {
      bus.publish('LIVE_ROOMS', { app: bus.appId, change: hasListeners ? 'CAME' : 'WENT', rooms: [room] })
    },
    close() {
      closed = true
      clearInterval(timer)
      bus.publish('LIVE_ROOMS', { app: bus.appId, change: 'ARE', rooms: [] })
    },
  }
}
