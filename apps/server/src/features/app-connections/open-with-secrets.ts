import type { Secrets } from '../secret-managers/secrets.ts'
import type { ConnectionOpener } from './renewal.ts'
import type { ConnectionRow } from './store.ts'

/** Opens connections with the secrets that secret managers keep in place of what refers to them. */
export const openWithSecrets = (opener: ConnectionOpener, secrets: Secrets): ConnectionOpener => ({
  async open(row) {
    const opened = await opener.open(row)
    if (!row.usingSecretManager) return opened
    return { ...opened, value: await secrets.resolve(askerOf(row), opened.value) }
  },
})

/** A connection of the platform may use every secret manager of it, also those for single projects. */
const askerOf = ({ platformId, scope, projectIds: [projectId] }: ConnectionRow) => ({
  platformId,
  projectId: scope === 'PLATFORM' ? null : (projectId ?? ''),
})
