import { type DomainEvent, EVENT_DATA } from '@piecework/model/events/domain-event'
import type { Logger } from 'pino'
import type { SystemPrincipal } from '../../access/actor.ts'
import type { EventActor, Outbox } from '../../outbox/outbox.ts'
import type { Subscriber } from '../../outbox/subscriber.ts'
import { alertOfEndingTokens } from '../app-connections/trouble.ts'
import { type DueIssue, takeDueIssues } from '../issues/store.ts'
import { derivedId } from '../runs/starting/derived-id.ts'
import { takeMissedFlows } from './store.ts'

const ALERTS: SystemPrincipal = { type: 'SYSTEM', id: 'alerts' }
const BATCH = 500
const LINES_OF_DIGEST = 20

interface Parts {
  outbox: Outbox
  frontendUrl: string
  /** After an alert, further failures of its kind wait so long for the next one. */
  digestMs: number
  log: Logger
}

const inProject = ({ platformId, projectId }: { platformId: string; projectId: string }): EventActor => ({
  ...{ principal: ALERTS, userId: null, ip: null, platformId, projectId },
})

/** Looks again and again for states to alert about that no event announces. */
export function createLookout({ outbox, frontendUrl, digestMs, log }: Parts): { tick(): Promise<void> } {
  /** One message a project, however many of its flows fail. */
  const digest = async (): Promise<void> => {
    await outbox.transaction(async (trx, recordEvent) => {
      const ofProject = new Map<string, DueIssue[]>()
      for (const due of await takeDueIssues(trx, digestMs, BATCH))
        ofProject.set(due.projectId, [...(ofProject.get(due.projectId) ?? []), due])
      for (const [projectId, due] of ofProject) {
        const total = due.reduce((sum, { failures }) => sum + failures, 0)
        const lines = due.map(
          ({ flowName, stepDisplayName, message, failures }) =>
            `${flowName}: ${times(failures)}${stepDisplayName === '' ? '' : ` at the step "${stepDisplayName}"`}: ${message}`,
        )
        const more =
          lines.length > LINES_OF_DIGEST ? [`and ${lines.length - LINES_OF_DIGEST} more kinds of failures`] : []
        recordEvent(inProject({ projectId, platformId: due[0]?.platformId ?? '' }), 'alert.raised', {
          alert: {
            kind: 'RUNS_FAILED',
            title: total === 1 ? 'One more run failed' : `${total} more runs failed`,
            lines: [...lines.slice(0, LINES_OF_DIGEST), ...more],
            link: `${frontendUrl}/runs`,
            flowIds: [...new Set(due.map(({ flowId }) => flowId))],
          },
        })
      }
    })
  }

  const missed = async (): Promise<void> => {
    await outbox.transaction(async (trx, recordEvent) => {
      for (const flow of await takeMissedFlows(trx, BATCH))
        recordEvent(inProject(flow), 'alert.raised', {
          alert: {
            kind: 'FLOW_DID_NOT_RUN',
            title: `${flow.flowName} did not run`,
            lines: [`It is expected to run every ${flow.minutes} minutes, and has not run since ${flow.since}.`],
            link: `${frontendUrl}/flows/${flow.flowId}`,
            flowIds: [flow.flowId],
          },
        })
    })
  }

  const ending = () => alertOfEndingTokens(outbox, { frontendUrl, limit: BATCH })

  return {
    async tick() {
      for (const look of [digest, missed, ending])
        await look().catch((err: unknown) => log.warn({ err }, 'alerts could not be looked for; it is tried again'))
    },
  }
}

const times = (count: number): string => (count === 1 ? 'failed once more' : `failed ${count} more times`)

/** Raises an alert when a flow goes off. */
export function watchSwitchedOff({ outbox, frontendUrl }: Pick<Parts, 'outbox' | 'frontendUrl'>): Subscriber {
  const raise = async ({ data, projectId, platformId, userEmail, id, created }: DomainEvent): Promise<void> => {
    if (projectId === undefined) return
    const { flow, reason } = EVENT_DATA['flow.switched.off'].parse(data)
    const by = reason === undefined ? `By ${userEmail ?? 'a program'}.` : `The server switched it off: ${reason}`
    await outbox.transaction(async (_, recordEvent) => {
      recordEvent(
        inProject({ projectId, platformId }),
        'alert.raised',
        {
          alert: {
            ...{ kind: 'FLOW_SWITCHED_OFF', title: `${flow.displayName} was switched off`, lines: [by] },
            ...{ link: `${frontendUrl}/flows/${flow.id}`, flowIds: [flow.id] },
          },
        },
        // Delivered again, it is the same alert.
        derivedId(new Date(created), id, 'alert'),
      )
    })
  }
  return {
    name: 'switched-off-flows',
    wants: (name) => name === 'flow.switched.off',
    async deliver(events) {
      for (const event of events) await raise(event)
    },
  }
}
