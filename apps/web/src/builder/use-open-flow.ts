import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import { openFlowQuery } from '../api/flows.ts'
import { useSession } from '../api/session.ts'
import { ask, useLive, useLiveState } from '../app/live.ts'
import { type Builder, createBuilder } from './state/builder.ts'
import { memoryOf } from './state/memory.ts'
import { transportOf } from './state/transport.ts'
import type { OpenFlow, Other } from './state/types.ts'

/** Presence holds for 90 seconds at the server. */
const PRESENCE_MS = 45_000

/** The flow of this page; once it is loaded, its builder, which listens to what others do. */
export function useOpenFlow(flowId: string) {
  const query = useQuery(openFlowQuery(flowId))
  const flow = query.data
  const builder = useMemo(() => (flow ? builderOf(flow) : undefined), [flow])
  useEffect(() => () => builder?.stop(), [builder])
  useFollow(builder, flowId)
  usePresence(builder, flowId)
  return { query, builder }
}

function builderOf(flow: OpenFlow): Builder {
  const userId = useSession.getState().session?.userId ?? null
  return createBuilder(flow, {
    ...{ transport: transportOf(flow.id), userId, memory: memoryOf(flow.id, userId) },
    mayWrite: flow.abilities?.edit !== false,
  })
}

function useFollow(builder: Builder | undefined, flowId: string): void {
  const isConnected = useLiveState((state) => state.isConnected)
  useLive('FLOW_OPERATION', (record) => {
    if (record.flowId === flowId) builder?.receive(record)
  })
  // Messages from the time before the connection do not come.
  useEffect(() => {
    if (isConnected) void builder?.catchUp()
  }, [isConnected, builder])
}

function usePresence(builder: Builder | undefined, resourceId: string): void {
  const isConnected = useLiveState((state) => state.isConnected)
  const own = useSession((state) => state.session?.userId)
  const show = (users: readonly Other[]): void => builder?.setOthers(users.filter(({ userId }) => userId !== own))
  useLive('PRESENCE_UPDATED', (message) => {
    if (message.resourceId === resourceId) show(message.users)
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: `show` is of the same builder
  useEffect(() => {
    if (!isConnected || !builder) return
    const join = (): void => {
      ask<{ users: Other[] }>('JOIN_PRESENCE', { resourceId }).then(
        ({ users }) => show(users),
        () => {},
      )
    }
    join()
    const timer = setInterval(join, PRESENCE_MS)
    return () => {
      clearInterval(timer)
      ask('LEAVE_PRESENCE', { resourceId }).catch(() => {})
    }
  }, [isConnected, builder, resourceId])
}
