import { generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import { AppError, notFound } from '@piecework/model/errors'
import { newId } from '@piecework/model/ids'
import type { Actor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import { authorize } from '../../policies/policy.ts'
import { signingKeyPolicy } from '../../policies/signing-key.ts'
import { deleteSigningKey, insertSigningKey, type SigningKeyRow, selectSigningKey, selectSigningKeys } from './store.ts'

const makePair = promisify(generateKeyPair)

/** Keys with which programs sign tokens that let their users in. */
export type SigningKeys = ReturnType<typeof createSigningKeys>

const MODULUS_BITS = 4096
const MAX_KEYS = 100

export function createSigningKeys({ db, outbox }: { db: Db; outbox: Outbox }) {
  return {
    /** @returns the key with its private half, which is not stored. @throws AppError VALIDATION */
    async create(actor: Actor, displayName: string): Promise<SigningKeyRow & { privateKey: string }> {
      authorize(actor, signingKeyPolicy.create)
      const { platformId } = actor
      const { publicKey, privateKey } = await makePair('rsa', {
        modulusLength: MODULUS_BITS,
        publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
        privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
      })
      const row = await outbox.transaction(async (trx, recordEvent) => {
        const row = { id: newId(), platformId, displayName, publicKey, algorithm: 'RSA' } as const
        const signingKey = await insertSigningKey(trx, row, MAX_KEYS)
        if (!signingKey)
          throw new AppError('VALIDATION', { message: `a platform has at most ${MAX_KEYS} signing keys` })
        recordEvent(actor, 'signing.key.created', { signingKey: forEvent(signingKey) })
        return signingKey
      })
      return { ...row, privateKey }
    },

    async list(actor: Actor): Promise<SigningKeyRow[]> {
      authorize(actor, signingKeyPolicy.read)
      return selectSigningKeys(db, actor.platformId)
    },

    /** @throws AppError ENTITY_NOT_FOUND */
    async get(actor: Actor, id: string): Promise<SigningKeyRow> {
      authorize(actor, signingKeyPolicy.read)
      const key = await selectSigningKey(db, actor.platformId, id)
      if (!key) throw notFound('signing_key', id)
      return key
    },

    /** @throws AppError ENTITY_NOT_FOUND */
    async remove(actor: Actor, id: string): Promise<void> {
      authorize(actor, signingKeyPolicy.delete)
      await outbox.transaction(async (trx, recordEvent) => {
        const signingKey = await deleteSigningKey(trx, actor.platformId, id)
        if (!signingKey) throw notFound('signing_key', id)
        recordEvent(actor, 'signing.key.deleted', { signingKey: forEvent(signingKey) })
      })
    },
  }
}

/** A key as events have it. */
const forEvent = ({ id, created, updated, displayName }: SigningKeyRow) => ({ id, created, updated, displayName })
