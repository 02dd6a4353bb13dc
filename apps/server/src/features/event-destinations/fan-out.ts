import { type DomainEvent, EVENT_DATA } from '@piecework/model/events/domain-event'
import { nodeIdsOf } from '@piecework/model/flow/graph/decompile'
import { newId } from '@piecework/model/ids'
import type { Db } from '../../database/open.ts'
import type { Subscriber } from '../../outbox/subscriber.ts'
import { ownFlowOf } from './address.ts'
import { RETRY_MS } from './deliver.ts'
import { insertDeliveries } from './delivery-store.ts'
import { payloadOf } from './payload.ts'
import { type Receiver, selectGraphs, selectReceivers } from './store.ts'
import type { Wanted } from './wanted.ts'

interface Parts {
  db: Db
  wanted: Wanted
  /** Our own address: AP_FRONTEND_URL. */
  publicUrl: string
  /** Deliveries wait. */
  onStored(): void
}

/** Makes a delivery of each event of the outbox for each receiver that wants it. */
export function createFanOut({ db, wanted, publicUrl, onStored }: Parts): Subscriber {
  const ownHost = new URL(publicUrl).host
  return {
    name: 'event-destinations',
    wants: (name) => wanted.has(name),
    async deliver(all) {
      const platformIds = new Set(all.map(({ platformId }) => platformId))
      const projectIds = new Set(all.flatMap(({ projectId }) => projectId ?? []))
      const receivers = await selectReceivers(db, [...platformIds], [...projectIds])
      const retryUntil = new Date(Date.now() + RETRY_MS)
      const told = all.flatMap((event) =>
        receivers.filter((receiver) => gets(receiver, event, ownHost)).map((receiver) => ({ event, receiver })),
      )
      const nodes = await failedNodes(
        db,
        new Set(told.flatMap((one) => (one.receiver.kind === 'GRAPH' ? one.event : []))),
      )
      const rows = told.flatMap(({ event, receiver: { id, kind } }) => {
        const text = payloadOf(kind, event, nodes.get(event.id))
        const ids = { id: newId(), destinationId: id, eventId: event.id }
        return text === undefined ? [] : [{ ...ids, action: event.action, retryUntil, event: text }]
      })
      await insertDeliveries(db, rows)
      if (rows.length > 0) onStored()
    },
  }
}

/** A flow that takes events hears nothing of its own runs: each would start the next one. */
function gets(receiver: Receiver, event: DomainEvent, ownHost: string): boolean {
  const { platformId, projectId, events } = receiver
  if (platformId !== event.platformId || !events.includes(event.action)) return false
  if (projectId !== null && projectId !== event.projectId) return false
  const flowId = ownFlowOf(new URL(receiver.url), ownHost)
  return flowId === undefined || flowId !== flowOf(event)
}

/** The nodes at which runs failed, by the event; those of versions that are gone are missing. */
async function failedNodes(db: Db, events: ReadonlySet<DomainEvent>): Promise<Map<string, string>> {
  const failures = [...events].flatMap(({ id, action, data }) => {
    const failed = action === 'flow.run.failed' ? EVENT_DATA[action].safeParse(data).data : undefined
    return failed?.failedStep ? [{ id, step: failed.failedStep.name, versionId: failed.flowRun.flowVersionId }] : []
  })
  if (failures.length === 0) return new Map()
  const versions = await selectGraphs(db, [...new Set(failures.map(({ versionId }) => versionId))])
  const nodesOf = new Map(versions.map((version) => [version.id, nodeIdsOf(version)]))
  return new Map(
    failures.flatMap(({ id, step, versionId }) => {
      const node = nodesOf.get(versionId)?.get(step)
      return node === undefined ? [] : [[id, node] as const]
    }),
  )
}

function flowOf({ data }: DomainEvent): unknown {
  const run = data.flowRun
  return typeof run === 'object' && run !== null && 'flowId' in run ? run.flowId : undefined
}
