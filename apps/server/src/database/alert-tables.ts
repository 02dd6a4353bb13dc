import type { FlowRunStatus } from '@piecework/model/run/status'
import type { Generated } from 'kysely'
import type { Encrypted } from '../encryption.ts'
import type { CreatedTime, NullableJsonb, NullableTime, Time } from './columns.ts'

/** Somebody who hears of what goes wrong in a project. */
export interface AlertTable {
  id: string
  created: CreatedTime
  updated: CreatedTime
  projectId: string
  channel: 'EMAIL' | 'WEBHOOK'
  /** An address, or a URL. */
  receiver: string
  /** Signs what is sent to a URL. */
  secret: NullableJsonb<Encrypted>
}

/** Failures of one kind at one step of one flow. */
export interface IssueTable {
  id: string
  created: CreatedTime
  updated: CreatedTime
  projectId: string
  flowId: string
  /** Empty where no step is known. */
  stepName: string
  stepDisplayName: string
  runStatus: FlowRunStatus
  /** The message without what differs from run to run. */
  kind: string
  /** The message of the latest run. */
  message: string
  status: Generated<'UNRESOLVED' | 'RESOLVED'>
  count: Generated<number>
  firstSeen: Time
  lastSeen: Time
  lastRunId: string
  /** Failures since the last alert. */
  unalerted: Generated<number>
  alertedAt: NullableTime
}

/** A failed run in its issue. */
export interface IssueRunTable {
  runId: string
  issueId: string
  /** The failure that was counted last: the same event is not counted twice. */
  eventId: string
}

/** The longest time without a run that is in order for a flow. */
export interface FlowExpectationTable {
  flowId: string
  projectId: string
  minutes: number
  /** From when it counts. */
  since: Time
  alertedAt: NullableTime
}
