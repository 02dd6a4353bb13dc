import type { FlowOperationRecord } from '@piecework/model/flow/operations/record'
import type { FlowOperation } from '@piecework/model/flow/operations/registry'
import type { LiveEvent } from '@piecework/model/live/events'
import type { AnswerOf, Api } from '@piecework/sdk'
import type { Clash } from './merge.ts'
import type { Seen } from './seen.ts'

/** A flow with the version that is edited, as the server gives it. */
export type OpenFlow = AnswerOf<Api['flows']['get']>
/** The fields of the flow besides its version. */
export type FlowHead = Omit<OpenFlow, 'version'>
export type Answer = AnswerOf<Api['flows']['operate']>

export type Other = LiveEvent<'PRESENCE_UPDATED'>['users'][number]

/** The view on the canvas: the draft, an older version, what differs from one, or a run (by their ids). */
export type View = 'draft' | { version: string } | { difference: string } | { run: string }

/** An operation that was not applied, and why. */
export interface Refusal {
  operation: FlowOperation
  reason: string
  code: string
  stepName?: string | undefined
  field?: string | undefined
  value?: string | undefined
  /** The operations of others that it collides with, as far as they are known. */
  changes: readonly FlowOperationRecord[]
  /** The settings that both changed. */
  clashes: readonly Clash[]
  /** The values that its author saw, when it collides. */
  seen?: Seen | undefined
}

export type SaveState =
  | { kind: 'saved' }
  | { kind: 'saving' }
  /** The server cannot be reached; it is asked again by itself. */
  | { kind: 'waiting'; count: number }
  | { kind: 'failed'; reason: string; stepName?: string | undefined; field?: string | undefined }

interface Records {
  revision: number
  resync: boolean
  operations: readonly FlowOperationRecord[]
}

/** How the builder reaches the server. */
export interface Transport {
  send(operation: FlowOperation, sending: { clientOperationId: string; baseRevision: number }): Promise<Answer>
  /** Loads the operations after a revision. */
  since(revision: number): Promise<Records>
  load(): Promise<OpenFlow>
  /** Resolves when it is time to try again. */
  wait(attempt: number, error: unknown): Promise<void>
  /** Lets more typing come before the next one is sent. */
  pause(): Promise<void>
  newId(): string
}
