import type { DomainEvent } from '@piecework/model/events/domain-event'
import { graphEventOf } from './graph-events.ts'
import type { DestinationRow } from './store.ts'

/** Largest depth of an attribute; what lies deeper is JSON text. */
const MAX_DEPTH = 4

/**
 * The text of a JSON body for a receiver of this kind; undefined when the event is not for it.
 * @param node at which a run failed, for receivers that know graphs
 */
export function payloadOf(kind: DestinationRow['kind'], event: DomainEvent, node?: string): string | undefined {
  if (kind !== 'GRAPH') return JSON.stringify(kind === 'WEBHOOK' ? event : logsOf(event))
  const told = graphEventOf(event, node)
  return told && JSON.stringify(told)
}

/** One log record of OpenTelemetry (OTLP/HTTP in JSON, opentelemetry-proto 1.x). */
function logsOf({ action, created, data, ...event }: DomainEvent) {
  const time = `${BigInt(Date.parse(created)) * 1_000_000n}`
  const record = {
    timeUnixNano: time,
    observedTimeUnixNano: time,
    severityNumber: 9,
    severityText: 'INFO',
    eventName: action,
    body: { stringValue: action },
    attributes: attributesOf({ ...event, ...data }, 0),
  }
  return {
    resourceLogs: [
      {
        resource: { attributes: attributesOf({ 'service.name': 'piecework' }, 0) },
        scopeLogs: [{ scope: { name: 'piecework.audit' }, logRecords: [record] }],
      },
    ],
  }
}

type AnyValue =
  | { stringValue: string }
  | { boolValue: boolean }
  | { intValue: string }
  | { doubleValue: number }
  | { arrayValue: { values: AnyValue[] } }
  | { kvlistValue: { values: Attribute[] } }
interface Attribute {
  key: string
  value: AnyValue
}

function attributesOf(fields: object, depth: number): Attribute[] {
  return Object.entries(fields).flatMap(([key, value]) => {
    const one = anyValueOf(value, depth)
    return one === undefined ? [] : [{ key, value: one }]
  })
}

function anyValueOf(value: unknown, depth: number): AnyValue | undefined {
  if (value === null || value === undefined) return undefined
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'number') return Number.isSafeInteger(value) ? { intValue: `${value}` } : { doubleValue: value }
  if (depth >= MAX_DEPTH) return { stringValue: JSON.stringify(value) }
  if (Array.isArray(value))
    return { arrayValue: { values: value.flatMap((item) => anyValueOf(item, depth + 1) ?? []) } }
  return typeof value === 'object' ? { kvlistValue: { values: attributesOf(value, depth + 1) } } : undefined
}
