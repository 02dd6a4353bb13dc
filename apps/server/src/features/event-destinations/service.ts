import type { EventDelivery, eventDestinations } from '@piecework/api/event-destinations'
import { AppError, notFound } from '@piecework/model/errors'
import { newId } from '@piecework/model/ids'
import type { SeekPage } from '@piecework/model/page'
import type { z } from 'zod'
import type { Actor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { PageRequest } from '../../database/pagination.ts'
import type { Encryption } from '../../encryption.ts'
import type { Events } from '../../events/events.ts'
import type { Outbound } from '../../http/outbound.ts'
import { newWebhookSecret } from '../../http/webhook-signature.ts'
import { changesOf } from '../../outbox/changes.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import type { eventDestinationPolicy, projectWebhookPolicy } from '../../policies/event-destination.ts'
import { authorize } from '../../policies/policy.ts'
import { refusalOf } from './address.ts'
import { RETRY_MS } from './deliver.ts'
import { countDeliveries, type DeliveryRow, pageDeliveries, renewDelivery } from './delivery-store.ts'
import { payloadOf } from './payload.ts'
import { sampleEvent } from './samples.ts'
import { sendEvent } from './send.ts'
import {
  countDestinations,
  type DestinationRow,
  deleteDestination,
  disableDestination,
  insertDestination,
  type Owner,
  pageDestinations,
  selectDestination,
  updateDestination,
} from './store.ts'

type Body<K extends 'create' | 'update' | 'test'> = z.output<(typeof eventDestinations)[K]['body']>

type Destination = DestinationRow
type NewDestination = Omit<Body<'create'>, 'kind'> & { kind: DestinationRow['kind'] }

/** The receivers of the events of a platform or of a project, and what was sent to them. */
export interface EventDestinations {
  list(actor: Actor, page: PageRequest): Promise<SeekPage<Destination>>
  /** How many there are on all pages. */
  total(actor: Actor): Promise<number>
  /** @throws AppError ENTITY_NOT_FOUND */
  get(actor: Actor, id: string): Promise<Destination>
  /** @returns the secret too, this once. @throws AppError VALIDATION for an address that may not be called */
  create(actor: Actor, destination: NewDestination): Promise<Destination & { secret: string }>
  /** @throws AppError ENTITY_NOT_FOUND, VALIDATION */
  update(actor: Actor, id: string, changes: Body<'update'>): Promise<Destination>
  /** @throws AppError ENTITY_NOT_FOUND */
  remove(actor: Actor, id: string): Promise<void>
  /** @throws AppError ENTITY_NOT_FOUND */
  replaceSecret(actor: Actor, id: string, secret: string | undefined): Promise<string>
  /** Sends a sample once. */
  test(actor: Actor, sample: Body<'test'>): Promise<{ delivered: boolean; status: number | null; error: string | null }>
  /** @throws AppError ENTITY_NOT_FOUND */
  deliveries(
    actor: Actor,
    id: string,
    status: EventDelivery['status'] | undefined,
    page: PageRequest,
  ): Promise<SeekPage<EventDelivery>>
  /** How many there are on all pages. @throws AppError ENTITY_NOT_FOUND */
  totalDeliveries(actor: Actor, id: string, status: EventDelivery['status'] | undefined): Promise<number>
  /** @throws AppError ENTITY_NOT_FOUND */
  redeliver(actor: Actor, id: string, deliveryId: string): Promise<EventDelivery>
  /** The server itself switches a receiver off. */
  disable(id: string, reason: string): Promise<void>
}

interface Parts {
  db: Db
  outbox: Outbox
  events: Events
  encryption: Encryption
  outbound: Outbound
  /** Our own address: AP_FRONTEND_URL. */
  publicUrl: string
  allowsHttp: boolean
  timeoutMs: number
  /** Whose receivers these are: the platform's of an actor, or the project's. */
  ownerOf(actor: Actor): Owner
  policy: typeof eventDestinationPolicy | typeof projectWebhookPolicy
  /** Deliveries wait. */
  onStored(): void
  log: { warn(details: object, message: string): void }
}

const MAX_DESTINATIONS = 100
const ENTITY = 'event_destination'

/** Over 120 lines: each method is short, and all of them share the owner and its policy. */
export function createEventDestinations(parts: Parts): EventDestinations {
  const { db, outbox, events, encryption, outbound, publicUrl, allowsHttp, timeoutMs, onStored, log } = parts
  const { ownerOf, policy } = parts

  /** Unknown, or of another platform. */
  const mustFind = async (actor: Actor, id: string, from: Db = db): Promise<DestinationRow> => {
    const found = await selectDestination(from, ownerOf(actor), id)
    if (!found) throw notFound(ENTITY, id)
    return found
  }
  const mustBeCallable = (url: string): void => {
    const reason = refusalOf(new URL(url), { publicUrl, allowsHttp })
    if (reason !== undefined) throw new AppError('VALIDATION', { field: 'url', message: reason })
  }
  const seal = (value: unknown): string => JSON.stringify(encryption.encrypt(value))
  const headersOf = (headers: Record<string, string> | undefined) =>
    headers === undefined ? {} : { headers: seal(headers), headerNames: Object.keys(headers) }
  const changed = () => events.emit('EVENT_DESTINATIONS_CHANGED', {})

  return {
    async list(actor, page) {
      authorize(actor, policy.read)
      return pageDestinations(db, ownerOf(actor), page)
    },

    async total(actor) {
      authorize(actor, policy.read)
      return countDestinations(db, ownerOf(actor))
    },

    async get(actor, id) {
      authorize(actor, policy.read)
      return mustFind(actor, id)
    },

    async create(actor, { events: names, url, kind, headers = {}, secret = newWebhookSecret() }) {
      authorize(actor, policy.create)
      mustBeCallable(url)
      const owner = ownerOf(actor)
      const scope = owner.projectId === null ? ('PLATFORM' as const) : ('PROJECT' as const)
      const made = await outbox.transaction(async (trx, recordEvent) => {
        const row = {
          ...({ id: newId(), ...owner, scope, kind, events: names, url, status: 'ENABLED' } as const),
          ...{ secret: seal(secret), headers: seal(headers), headerNames: Object.keys(headers) },
        }
        const inserted = await insertDestination(trx, row, MAX_DESTINATIONS)
        if (!inserted)
          throw new AppError('VALIDATION', {
            message: `there may be ${MAX_DESTINATIONS} receivers of events: delete one that is not in use`,
          })
        recordEvent(actor, 'event.destination.created', { eventDestination: factsOf(inserted) })
        return inserted
      })
      await changed()
      return { ...made, secret }
    },

    async update(actor, id, { headers, ...changes }) {
      authorize(actor, policy.update)
      if (changes.url !== undefined) mustBeCallable(changes.url)
      const updated = await outbox.transaction(async (trx, recordEvent) => {
        const known = await mustFind(actor, id, trx)
        const given = { ...changes, ...(headers && { headerNames: Object.keys(headers) }) }
        const off = changes.status === undefined ? {} : { disabledReason: null }
        const row = await updateDestination(trx, ownerOf(actor), id, { ...changes, ...headersOf(headers), ...off })
        if (!row) throw notFound(ENTITY, id)
        recordEvent(actor, 'event.destination.updated', {
          eventDestination: factsOf(row),
          ...changesOf(known, given),
        })
        return row
      })
      await changed()
      onStored()
      return updated
    },

    async remove(actor, id) {
      authorize(actor, policy.delete)
      await outbox.transaction(async (trx, recordEvent) => {
        const gone = await deleteDestination(trx, ownerOf(actor), id)
        if (!gone) throw notFound(ENTITY, id)
        recordEvent(actor, 'event.destination.deleted', { eventDestination: factsOf(gone) })
      })
      await changed()
    },

    async replaceSecret(actor, id, secret = newWebhookSecret()) {
      authorize(actor, policy.update)
      await outbox.transaction(async (trx, recordEvent) => {
        const row = await updateDestination(trx, ownerOf(actor), id, { secret: seal(secret) })
        if (!row) throw notFound(ENTITY, id)
        recordEvent(actor, 'event.destination.updated', { eventDestination: factsOf(row) })
      })
      return secret
    },

    async test(actor, { url, event, kind, headers = {} }) {
      authorize(actor, policy.test)
      mustBeCallable(url)
      const sample = sampleEvent(event, actor)
      const secret = newWebhookSecret()
      const body = payloadOf(kind, sample) ?? ''
      const { status, error } = await sendEvent(outbound, { url, id: sample.id, body, secret, headers, timeoutMs })
      return { delivered: error === null, status, error }
    },

    async deliveries(actor, id, status, page) {
      authorize(actor, policy.read)
      await mustFind(actor, id)
      const found = await pageDeliveries(db, id, status, page)
      return { ...found, data: found.data.map(present) }
    },

    async totalDeliveries(actor, id, status) {
      authorize(actor, policy.read)
      await mustFind(actor, id)
      return countDeliveries(db, id, status)
    },

    async redeliver(actor, id, deliveryId) {
      authorize(actor, policy.update)
      await mustFind(actor, id)
      const renewed = await renewDelivery(db, id, deliveryId, new Date(Date.now() + RETRY_MS))
      if (!renewed) throw notFound('event_delivery', deliveryId, 'deliveryId')
      onStored()
      return present(renewed)
    },

    async disable(id, reason) {
      const off = await disableDestination(db, id, reason)
      if (!off) return
      log.warn({ destinationId: id, platformId: off.platformId, reason }, 'an event destination was switched off')
      await changed()
    },
  }
}

const factsOf = ({ id, created, updated, url, events }: DestinationRow) => ({ id, created, updated, url, events })

function present({ attempt, dueAt, deliveredAt, deadAt, ...row }: DeliveryRow): EventDelivery {
  const status = deliveredAt !== null ? 'DELIVERED' : deadAt !== null ? 'DEAD' : 'WAITING'
  return { ...row, status, attempts: attempt, nextAttemptAt: status === 'WAITING' ? dueAt : null, deliveredAt }
}
