import type { Db } from '../../database/open.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import type { Secrets } from '../secret-managers/secrets.ts'
import type { ConnectionOpener } from './renewal.ts'
import type { ConnectionRow } from './store.ts'
import { raiseTrouble } from './trouble.ts'
import { endTrouble } from './trouble-store.ts'

interface Parts {
  db: Db
  outbox: Outbox
  opener: ConnectionOpener
  secrets: Pick<Secrets, 'resolve'>
  frontendUrl: string
}

/** Opens connections with the secrets that secret managers keep in place of what refers to them. */
export function openWithSecrets({ db, outbox, opener, secrets, frontendUrl }: Parts): ConnectionOpener {
  const resolve = async (row: ConnectionRow, stored: unknown): Promise<unknown> => {
    try {
      return await secrets.resolve(askerOf(row), stored)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      await outbox.transaction((trx, recordEvent) =>
        raiseTrouble({ trx, recordEvent, frontendUrl }, row, 'SECRET_UNREADABLE', reason),
      )
      throw error
    }
  }

  return {
    async open(row) {
      const opened = await opener.open(row)
      if (!row.usingSecretManager) return opened
      const value = await resolve(row, opened.value)
      if (row.trouble !== null) await endTrouble(db, row)
      return { ...opened, value }
    },
  }
}

/** A connection of the platform may use every secret manager of it, also those for single projects. */
const askerOf = ({ platformId, scope, projectIds: [projectId] }: ConnectionRow) => ({
  platformId,
  projectId: scope === 'PLATFORM' ? null : (projectId ?? ''),
})
