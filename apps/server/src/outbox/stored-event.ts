import { DomainEvent, EVENT_DATA } from '@piecework/model/events/domain-event'
import { parseJson } from '@piecework/model/parse-json'
import { z } from 'zod'
import type { ClaimedEvent } from './store.ts'

/** The part of an event that the outbox holds; the delivery looks up the names that people know. */
export const StoredEvent = DomainEvent.pick({
  actor: true,
  platformId: true,
  projectId: true,
  userId: true,
  ip: true,
}).extend({ data: z.looseObject({}) })
export type StoredEvent = z.infer<typeof StoredEvent>

/**
 * Reads what the outbox holds.
 * @throws ZodError for an event that another release wrote, and this one does not understand
 */
export function readEvent({ id, created, name, event }: ClaimedEvent): DomainEvent {
  const { data, ...stored } = StoredEvent.parse(parseJson(event))
  const action = DomainEvent.shape.action.parse(name)
  return { id, created, updated: created, ...stored, action, data: EVENT_DATA[action].parse(data) }
}

/** The event with what people call its user and its project. */
export function withNames(
  event: DomainEvent,
  { emails, projects }: { emails: ReadonlyMap<string, string>; projects: ReadonlyMap<string, string> },
): DomainEvent {
  const userEmail = emails.get(event.userId ?? '')
  const displayName = projects.get(event.projectId ?? '')
  return {
    ...event,
    ...(userEmail === undefined ? {} : { userEmail }),
    ...(displayName === undefined
      ? {}
      : { projectDisplayName: displayName, data: { project: { displayName }, ...event.data } }),
  }
}
