import type { DomainEvent, DomainEventName } from '@piecework/model/events/domain-event'
import type { Generated } from 'kysely'
import type { Encrypted } from '../encryption.ts'
import type { CreatedTime, Json, Nullable, NullableJson, NullableTime, Time } from './columns.ts'

/** Events on their way to subscribers: one row for each that is to get the event, gone once it has it. */
export interface OutboxTable {
  /** The id of the event; a subscriber recognises a repetition by it. */
  id: string
  subscriber: string
  created: CreatedTime
  name: string
  /** JSON text of a StoredEvent. */
  event: string
  /** When the next attempt may begin; of one that has begun, when others may take over. */
  dueAt: CreatedTime
  attempt: Generated<number>
  lastError: Nullable<string>
  /** It was given up. */
  deadAt: NullableTime
}

/** The audit log: one row for each event of a platform. */
export interface AuditEventTable {
  id: string
  created: CreatedTime
  updated: CreatedTime
  platformId: string
  projectId: Nullable<string>
  projectDisplayName: Nullable<string>
  userId: Nullable<string>
  userEmail: Nullable<string>
  ip: Nullable<string>
  actor: Json<DomainEvent['actor']>
  action: DomainEventName
  data: Json<DomainEvent['data']>
}

/** A receiver of the events of a platform. */
export interface EventDestinationTable {
  id: string
  created: CreatedTime
  updated: CreatedTime
  platformId: string
  /** Whose events alone it gets; null for those of the whole platform. */
  projectId: Nullable<string>
  scope: 'PLATFORM' | 'PROJECT'
  kind: 'WEBHOOK' | 'OPENTELEMETRY' | 'GRAPH'
  events: DomainEventName[]
  url: string
  /** Signs what is sent. */
  secret: Json<Encrypted>
  /** Headers that the receiver asks for, encrypted: they may hold a token. */
  headers: NullableJson<Encrypted>
  headerNames: string[]
  status: 'ENABLED' | 'DISABLED'
  /** Why the server switched it off. */
  disabledReason: Nullable<string>
}

/** An event on its way to one receiver, and how it went. */
export interface EventDeliveryTable {
  id: string
  created: CreatedTime
  destinationId: string
  eventId: string
  action: DomainEventName
  /** JSON text of the event. */
  event: string
  attempt: Generated<number>
  /** When the next attempt may begin; of one that has begun, when others may take over. */
  dueAt: CreatedTime
  /** A failure after this is the last one. */
  retryUntil: Time
  deliveredAt: NullableTime
  deadAt: NullableTime
  lastStatus: Nullable<number>
  lastError: Nullable<string>
}
