import { systemActor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { Outbox, RecordEvent } from '../../outbox/outbox.ts'
import { type ConnectionRow, selectFlowsUsing } from './store.ts'
import { setTrouble, type Trouble, type Troubled, takeEndingTokens } from './trouble-store.ts'

interface Alerting {
  trx: Db
  recordEvent: RecordEvent
  frontendUrl: string
}

const TITLES: Readonly<Record<Trouble, (name: string) => string>> = {
  TOKEN_REFUSED: (name) => `The connection ${name} does not work any more`,
  TOKEN_EXPIRED: (name) => `The connection ${name} does not work`,
  TOKEN_ENDS: (name) => `The connection ${name} ends soon`,
  SECRET_UNREADABLE: (name) => `The connection ${name} does not work`,
}
const REMEDIES: Readonly<Record<Trouble, string>> = {
  TOKEN_REFUSED: 'Connect it again.',
  TOKEN_EXPIRED: 'It is tried again whenever a run needs it. If that does not help, connect it again.',
  TOKEN_ENDS: 'Connect it again before, and choose offline access if the service has it.',
  SECRET_UNREADABLE: 'Put the secret manager or the reference right.',
}
/** How long before the end of a token that cannot be renewed its projects hear of it. */
const NOTICE_MS = 3 * 24 * 3_600_000

/** Notes a trouble, and alerts each project of the connection, unless they know of it already. */
export async function raiseTrouble(
  alerting: Alerting,
  connection: Pick<ConnectionRow, 'id' | 'platformId'>,
  trouble: Trouble,
  reason: string,
): Promise<void> {
  const row = await setTrouble(alerting.trx, connection, trouble)
  if (row) await alert(alerting, row, trouble, reason)
}

async function alert(
  { trx, recordEvent, frontendUrl }: Alerting,
  { platformId, projectIds, displayName, externalId }: Troubled,
  trouble: Trouble,
  reason: string,
): Promise<void> {
  const using = projectIds.length === 0 ? [] : await selectFlowsUsing(trx, { platformId }, [externalId])
  for (const projectId of projectIds)
    recordEvent(systemActor('connections', { platformId, projectId }), 'alert.raised', {
      alert: {
        kind: 'CONNECTION_BREAKS',
        title: TITLES[trouble](displayName),
        lines: [reason, REMEDIES[trouble]],
        link: `${frontendUrl}/connections`,
        flowIds: using.filter((flow) => flow.projectId === projectId).map(({ flowId }) => flowId),
      },
    })
}

/** Alerts of tokens that end soon, and cannot be renewed; each once. */
export async function alertOfEndingTokens(
  outbox: Outbox,
  { frontendUrl, limit }: { frontendUrl: string; limit: number },
): Promise<void> {
  await outbox.transaction(async (trx, recordEvent) => {
    for (const { tokenEnds, ...row } of await takeEndingTokens(trx, { withinMs: NOTICE_MS, limit }))
      await alert({ trx, recordEvent, frontendUrl }, row, 'TOKEN_ENDS', `Its token ends at ${tokenEnds}, for good.`)
  })
}
