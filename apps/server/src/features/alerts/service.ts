import type { Alert, FlowExpectation, NewAlert } from '@piecework/api/alerts'
import { AppError, notFound } from '@piecework/model/errors'
import { newId } from '@piecework/model/ids'
import type { SeekPage } from '@piecework/model/page'
import type { z } from 'zod'
import type { ProjectActor } from '../../access/actor.ts'
import { type Db, isUniqueViolation } from '../../database/open.ts'
import type { PageRequest } from '../../database/pagination.ts'
import type { Encryption } from '../../encryption.ts'
import { newWebhookSecret } from '../../http/webhook-signature.ts'
import { alertPolicy } from '../../policies/alert.ts'
import { authorize } from '../../policies/policy.ts'
import { normalizeEmail } from '../users/email.ts'
import {
  deleteAlert,
  insertAlert,
  pageAlerts,
  selectExpectation,
  selectProjectOfAlert,
  setExpectation,
} from './store.ts'

/** Who hears of what goes wrong in a project, and how often its flows should run. */
export interface Alerts {
  list(actor: ProjectActor, page: PageRequest): Promise<SeekPage<Alert>>
  /** @returns with the secret of a URL @throws AppError EXISTING_ALERT_CHANNEL, VALIDATION */
  create(actor: ProjectActor, alert: z.output<typeof NewAlert>): Promise<Alert & { secret?: string }>
  /** @throws AppError ENTITY_NOT_FOUND */
  remove(actor: ProjectActor, id: string): Promise<void>
  expectation(actor: ProjectActor, flowId: string): Promise<FlowExpectation>
  /** @param minutes null takes the expectation away */
  expect(actor: ProjectActor, flowId: string, minutes: number | null): Promise<FlowExpectation>
  projectOf(id: string): Promise<string | undefined>
}

const MAX_RECEIVERS = 50

interface Parts {
  db: Db
  encryption: Encryption
  allowsHttp: boolean
}

export function createAlerts({ db, encryption, allowsHttp }: Parts): Alerts {
  return {
    list(actor, page) {
      authorize(actor, alertPolicy.read)
      return pageAlerts(db, actor.projectId, page)
    },

    async create(actor, { channel, ...given }) {
      authorize(actor, alertPolicy.create)
      const { projectId } = actor
      if (channel === 'WEBHOOK') requireCallable(new URL(given.receiver), allowsHttp)
      const receiver = channel === 'EMAIL' ? normalizeEmail(given.receiver) : given.receiver
      const secret = channel === 'WEBHOOK' ? newWebhookSecret() : undefined
      const sealed = secret === undefined ? null : JSON.stringify(encryption.encrypt(secret))
      const row = await db
        .transaction()
        .execute((trx) =>
          insertAlert(trx, { id: newId(), projectId, channel, receiver, secret: sealed }, MAX_RECEIVERS),
        )
        .catch((error: unknown) => {
          if (!isUniqueViolation(error)) throw error
          throw new AppError('EXISTING_ALERT_CHANNEL', {
            email: receiver,
            message: `${receiver} gets these alerts already`,
          })
        })
      if (!row)
        throw new AppError('VALIDATION', {
          message: `a project may have ${MAX_RECEIVERS} receivers of alerts: remove one that is not needed`,
        })
      return { ...row, ...(secret === undefined ? {} : { secret }) }
    },

    async remove(actor, id) {
      authorize(actor, alertPolicy.delete)
      if (!(await deleteAlert(db, actor.projectId, id))) throw notFound('alert', id)
    },

    async expectation(actor, flowId) {
      authorize(actor, alertPolicy.readExpectation)
      return { flowId, minutes: (await selectExpectation(db, actor.projectId, flowId)) ?? null }
    },

    async expect(actor, flowId, minutes) {
      authorize(actor, alertPolicy.expect)
      await setExpectation(db, { projectId: actor.projectId, flowId }, minutes)
      return { flowId, minutes }
    },

    projectOf: (id) => selectProjectOfAlert(db, id),
  }
}

/** @throws AppError VALIDATION */
function requireCallable(url: URL, allowsHttp: boolean): void {
  const refuse = (message: string): never => {
    throw new AppError('VALIDATION', { field: 'receiver', message })
  }
  if (url.username !== '' || url.password !== '') refuse('receiver must have no user name and password')
  if (url.protocol === 'http:' && !allowsHttp)
    refuse('receiver must begin with https://: over http:// others can read it (AP_EVENT_DESTINATIONS_ALLOW_HTTP)')
}
