import { AppError } from '@piecework/model/errors'
import { z } from 'zod'
import type { Bus } from '../../bus/bus.ts'
import { createCache } from '../../cache.ts'
import type { Db } from '../../database/open.ts'
import type { Encrypted, Encryption } from '../../encryption.ts'
import type { Events } from '../../events/events.ts'
import type { Outbound } from '../../http/outbound.ts'
import type { Providers } from './providers/registry.ts'
import { type SecretReference, withSecrets } from './reference.ts'
import { type SecretManagerRow, selectSecretManager } from './store.ts'

/** The connection that asks, as far as it decides which secret managers it may use. */
export interface Asker {
  platformId: string
  /** The project of the connection; null for a connection of the platform, which may use all. */
  projectId: string | null
}

/** Reads secrets where companies keep them. */
export interface Secrets {
  /**
   * The value of a connection with its secrets in place of references.
   * @throws AppError SECRET_MANAGER_GET_SECRET_FAILED
   */
  resolve(asker: Asker, value: unknown): Promise<unknown>
  /** Whether a secret manager lets the server in; remembered like secrets. */
  isConnected(row: SecretManagerRow): Promise<boolean>
}

interface Parts {
  db: Db
  bus: Bus
  events: Events
  encryption: Encryption
  outbound: Outbound
  providers: Providers
}

const KEEP_MS = 3_600_000
const MAX_KEPT = 10_000
const Secret = z.string()

export function createSecrets({ db, bus, events, encryption, outbound, providers }: Parts): Secrets {
  // Encrypted, because they stay for an hour.
  const kept = createCache<Encrypted>({ max: MAX_KEPT, ttlMs: KEEP_MS })
  const checked = createCache<boolean>({ max: MAX_KEPT, ttlMs: KEEP_MS })
  /** A change makes new keys: what is kept under old ones is never found again. */
  let epochs = new Map<string, number>()

  const keyOf = (platformId: string, id: string): string =>
    [platformId, epochs.get(platformId) ?? 0, id, epochs.get(id) ?? 0].join('/')
  const forget = ({ platformId, id }: { platformId: string; id?: string | undefined }): void => {
    const changed = id ?? platformId
    if (epochs.size >= MAX_KEPT) forgetAll()
    epochs.set(changed, (epochs.get(changed) ?? 0) + 1)
  }
  const forgetAll = (): void => {
    epochs = new Map()
    kept.forgetAll()
    checked.forgetAll()
  }
  bus.on('SECRETS_CHANGED', forget)
  bus.onGap(forgetAll)
  events.on('SECRETS_CHANGED', async (change) => {
    forget(change)
    bus.publish('SECRETS_CHANGED', change)
    await bus.flush()
  })

  const read = async ({ platformId, projectId }: Asker, { managerId, path }: SecretReference): Promise<string> => {
    const row = await selectSecretManager(db, platformId, managerId)
    const isOpen = row && (row.scope === 'PLATFORM' || projectId === null || row.projectIds.includes(projectId))
    if (!isOpen) throw failed(undefined, 'the secret manager is unknown, or not for this project')
    const load = async (): Promise<Encrypted> => {
      try {
        const config = encryption.decrypt(row.config)
        return encryption.encrypt(await providers[row.providerId].read(outbound, config, path))
      } catch (error) {
        throw failed(row, error instanceof Error ? error.message : String(error))
      }
    }
    return Secret.parse(encryption.decrypt(await kept.get(`${keyOf(platformId, managerId)}/${path}`, load)))
  }

  return {
    resolve: (asker, value) => withSecrets(value, (reference) => read(asker, reference)),

    isConnected: (row) =>
      checked.get(keyOf(row.platformId, row.id), async () => {
        try {
          await providers[row.providerId].check(outbound, encryption.decrypt(row.config))
          return true
        } catch {
          return false
        }
      }),
  }
}

function failed(row: SecretManagerRow | undefined, reason: string): AppError {
  const { name, providerId = null } = row ?? {}
  const message = `a secret could not be read${name === undefined ? '' : ` from ${name}`}: ${reason}`
  return new AppError('SECRET_MANAGER_GET_SECRET_FAILED', { message, provider: providerId })
}
