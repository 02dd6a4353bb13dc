import { collides, touchedBy } from '@piecework/model/flow/operations/collisions'
import type { FlowOperationRecord } from '@piecework/model/flow/operations/record'
import { applyOperation, type FlowOperation, isVersionOperation } from '@piecework/model/flow/operations/registry'
import { flow, NOW } from '@piecework/model/flow/testing'
import { ApiError, ConnectionError } from '@piecework/sdk'
import type { Answer, OpenFlow, Transport } from './types.ts'

/** A server of one flow in memory, with the rules of the real one. */
export function createServer(version = flow()) {
  const records: FlowOperationRecord[] = []
  /** Operations up to this revision are no longer kept. */
  let forgotten = 0
  let open: OpenFlow = {
    ...{ id: 'flow', created: NOW, updated: NOW, projectId: 'project', externalId: 'flow', status: 'DISABLED' },
    ...{ operationStatus: 'NONE', revision: 0, version },
  }
  const listeners: ((record: FlowOperationRecord) => void)[] = []

  const refusal = (status: number, code: string, params: Record<string, unknown>): ApiError =>
    new ApiError('POST /v1/flows/flow', {
      status,
      code,
      params,
      text: String(params.message),
      requestId: undefined,
      retryAfterMs: undefined,
    })

  function operate(operation: FlowOperation, id: string, base: number): Answer {
    const known = records.find(({ clientOperationId }) => clientOperationId === id)
    if (known)
      return {
        ...open,
        operation: { revision: known.revision, flowVersionId: version.id, clientOperationId: id, repeated: true },
      }
    if (base < forgotten)
      throw refusal(409, 'FLOW_OPERATION_CONFLICT', { message: 'read again', resync: true, changes: [] })
    const changes = records.filter(({ revision, touched }) => revision > base && collides(operation, touched))
    if (changes.length > 0)
      throw refusal(409, 'FLOW_OPERATION_CONFLICT', {
        message: 'changed meanwhile',
        revision: open.revision,
        resync: false,
        changes,
      })
    const revision = open.revision + 1
    const author = { id: id.split('-')[0] ?? '', displayName: 'Somebody' }
    let after = open.version
    try {
      if (isVersionOperation(operation))
        after = applyOperation(open.version, operation, { now: NOW, userId: author.id })
    } catch (error) {
      throw refusal(400, 'FLOW_OPERATION_INVALID', { message: error instanceof Error ? error.message : '' })
    }
    open = { ...open, version: after, revision }
    const record: FlowOperationRecord = {
      ...{ flowId: 'flow', flowVersionId: version.id, revision, created: NOW, author, clientOperationId: id },
      ...{ type: operation.type, touched: touchedBy(operation), operation },
    }
    records.push(record)
    for (const listener of listeners) listener(record)
    return { ...open, operation: { revision, flowVersionId: version.id, clientOperationId: id, repeated: false } }
  }

  return {
    current: () => open,
    records,
    operate,
    since: (revision: number) => ({
      ...{ revision: open.revision, resync: revision < forgotten },
      operations: revision < forgotten ? [] : records.filter((record) => record.revision > revision),
    }),
    /** As after many more operations, or a week. */
    forget: () => {
      forgotten = open.revision
    },
    listen: (listener: (record: FlowOperationRecord) => void) => void listeners.push(listener),
  }
}

export type Server = ReturnType<typeof createServer>

const atOnce = <T>(value: T): Promise<T> => Promise.resolve(value)

/** A way to it, whose requests take as long as `delay` says, and fail when `fails` says so. */
export function transportTo(
  server: Server,
  user: string,
  {
    delay = atOnce,
    fails = () => false,
  }: { delay?: <T>(value: T) => Promise<T>; fails?: (when: 'before' | 'after') => boolean } = {},
): Transport {
  let count = 0
  return {
    async send(operation, { clientOperationId, baseRevision }) {
      await delay(undefined)
      if (fails('before')) throw new ConnectionError('POST', new Error('cut'))
      const answer = server.operate(operation, clientOperationId, baseRevision)
      await delay(undefined)
      if (fails('after')) throw new ConnectionError('POST', new Error('cut'))
      return answer
    },
    async since(revision) {
      await delay(undefined)
      if (fails('before')) throw new ConnectionError('GET', new Error('cut'))
      return delay(server.since(revision))
    },
    load: async () => {
      await delay(undefined)
      return delay(server.current())
    },
    wait: () => delay(undefined),
    pause: () => delay(undefined),
    newId: () => `${user}-${count++}`,
  }
}
