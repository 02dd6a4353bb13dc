import type { LiveEvent, LiveEventName } from '@piecework/model/live/events'
import { LIVE_PATH } from '@piecework/model/live/path'
import { useEffect, useRef } from 'react'
import type { Socket } from 'socket.io-client'
import { create } from 'zustand'
import { currentSession, expireSession, useSession } from '../api/session.ts'

/**
 * Whether events come in. When a proxy blocks the socket, pages ask the server themselves: they pass
 * `pollWhileCut` to their queries.
 */
export const useLiveState = create<{ isConnected: boolean }>(() => ({ isConnected: false }))

type Listener = (message: unknown) => void
const listeners = new Map<string, Set<Listener>>()
let opening: Promise<Socket | undefined> | undefined
let openFor = ''

/** The pause before the app tries again to load the code of the connection. */
const RETRY_MS = 5000

const ENDED: ReadonlySet<unknown> = new Set([401])

async function open(): Promise<Socket | undefined> {
  const session = currentSession()
  if (!session) return undefined
  const { io } = await import('socket.io-client')
  const socket = io({
    path: LIVE_PATH,
    transports: ['websocket'],
    auth: (give) => {
      const now = currentSession()
      give({ token: now?.token ?? '', projectId: now?.projectId ?? '' })
    },
    reconnectionDelayMax: 10_000,
  })
  socket.on('connect', () => useLiveState.setState({ isConnected: true }))
  socket.on('disconnect', (reason) => {
    useLiveState.setState({ isConnected: false })
    // The server sent us away; its reason came before. Another token may be welcome.
    if (reason === 'io server disconnect') setTimeout(() => socket.connect(), 2000)
  })
  socket.on('connect_error', (error: Error & { data?: { statusCode?: number } }) => {
    useLiveState.setState({ isConnected: false })
    if (ENDED.has(error.data?.statusCode)) expireSession()
  })
  socket.onAny((event: string, message: unknown) => {
    for (const listener of listeners.get(event) ?? []) listener(message)
  })
  return socket
}

/** One connection for the project in view; a change of token or project opens another one. */
function connection(): Promise<Socket | undefined> {
  const session = currentSession()
  const wanted = session ? `${session.token} ${session.projectId}` : ''
  if (opening === undefined || wanted !== openFor) {
    opening?.then((socket) => socket?.disconnect())
    openFor = wanted
    const mine = open().catch((): undefined => {
      setTimeout(() => {
        if (opening !== mine) return
        opening = undefined
        void connection()
      }, RETRY_MS)
      return undefined
    })
    opening = mine
  }
  return opening
}

useSession.subscribe(() => {
  if (opening !== undefined) void connection()
})

/** Listens to one kind of event while the component shows. */
export function useLive<N extends LiveEventName>(event: N, handle: (message: LiveEvent<N>) => void): void {
  const latest = useRef(handle)
  latest.current = handle
  useEffect(() => listen(event, (message) => latest.current(message)), [event])
}

/** @returns stops listening. */
export function listen<N extends LiveEventName>(event: N, handle: (message: LiveEvent<N>) => void): () => void {
  void connection()
  const known = listeners.get(event) ?? new Set<Listener>()
  listeners.set(event, known)
  // The server keeps its messages to their schemas, so that the app need not carry the schemas along.
  const listener: Listener = (message) => handle(message as LiveEvent<N>)
  known.add(listener)
  return () => known.delete(listener)
}

const ANSWER_MS = 15_000

interface Refused {
  error: { statusCode: number; code: string; params: Record<string, unknown> }
}

/**
 * Asks the server over the connection (docs/live-updates.md has every request).
 * @throws Error with the reason when it refuses, or when no answer comes.
 */
export async function ask<T>(event: string, message: object): Promise<T> {
  const socket = await connection()
  if (!socket) throw new Error('Not signed in')
  const answer: T | Refused = await socket.timeout(ANSWER_MS).emitWithAck(event, message)
  if (typeof answer === 'object' && answer !== null && 'error' in answer) {
    const { code, params } = answer.error
    throw new Error(typeof params.message === 'string' ? params.message : code)
  }
  return answer
}

/** `refetchInterval` of a query that events keep fresh: it asks by itself while they do not come. */
export function usePollWhileCut(ms: number): number | false {
  const isConnected = useLiveState((state) => state.isConnected)
  return isConnected ? false : ms
}
