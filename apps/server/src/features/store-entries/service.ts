import { AppError } from '@piecework/model/errors'
import type { Selectable } from 'kysely'
import type { ProjectActor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { StoreEntryTable } from '../../database/schema.ts'
import { enginePolicy } from '../../policies/engine.ts'
import { authorize } from '../../policies/policy.ts'
import { deleteEntry, selectEntry, upsertEntry } from './store.ts'

type StoreEntry = Selectable<StoreEntryTable>

/** The key-value store of pieces; the engine puts the scope into the key. */
export interface StoreEntries {
  get(actor: ProjectActor, key: string): Promise<StoreEntry | undefined>
  /** @throws AppError PAYLOAD_TOO_LARGE */
  set(actor: ProjectActor, key: string, value: unknown): Promise<StoreEntry>
  remove(actor: ProjectActor, key: string): Promise<void>
}

const KB = 1024
const MAX_VALUE_BYTES = 512 * KB

export function createStoreEntries({ db }: { db: Db }): StoreEntries {
  return {
    async get(actor, key) {
      authorize(actor, enginePolicy.readStore)
      return selectEntry(db, actor.projectId, key)
    },

    async set(actor, key, value) {
      authorize(actor, enginePolicy.writeStore)
      const text = JSON.stringify(value ?? null)
      if (Buffer.byteLength(text) > MAX_VALUE_BYTES)
        throw new AppError('PAYLOAD_TOO_LARGE', {
          message: `value: must not be larger than ${MAX_VALUE_BYTES / KB} KiB`,
        })
      return upsertEntry(db, actor.projectId, key, text)
    },

    async remove(actor, key) {
      authorize(actor, enginePolicy.deleteFromStore)
      await deleteEntry(db, actor.projectId, key)
    },
  }
}
