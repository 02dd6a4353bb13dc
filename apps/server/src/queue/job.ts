import type { z } from 'zod'
import type { DueClock } from '../database/clock.ts'

/** Priorities of jobs, first to last. */
export const PRIORITY = { critical: 1, high: 2, medium: 3, low: 4, veryLow: 5, lowest: 6 } as const

/** Begins the project of work that belongs to a whole platform; its id follows. */
export const PLATFORM_WORK = 'platform:'

export const JOB_KINDS = ['RUN', 'TRIGGER_EVENT', 'OPERATION', 'POLL', 'RENEW', 'SYSTEM'] as const
/**
 * RUN: execute a run, the job's id is the run's. TRIGGER_EVENT: turn an accepted event into runs. OPERATION: ask a
 * piece something for a caller who waits at another app.
 */
export type JobKind = (typeof JOB_KINDS)[number]

export interface NewJob {
  id: string
  kind: JobKind
  projectId: string
  priority: number
  dueAt: Date
  /** At most one job per key. */
  key?: string
  /** JSON text. */
  data?: string
}

/** A job under lease. */
export interface ClaimedJob {
  id: string
  kind: JobKind
  projectId: string
  priority: number
  /** Counts the deliveries of this job, from 1, but for those that were lost or came to nothing. */
  attempt: number
  /** Starts in a row that were lost with the process that they ran in. */
  lost: number
  /** When it came due, in milliseconds of the clock. */
  dueAt: number
  data: string | null
  /** The pool or project whose limit the job counts against; null when it counts against none. */
  bucket: string | null
}

export interface QueueOptions {
  /** Other apps claim from the same database, so that claims must take turns for limits to hold. */
  shared: boolean
  /** Jobs of one project at a time, unless the project says otherwise; null without limits. */
  defaultLimit: number | null
  /** The group of workers that the work of a project is for; null for the workers of no group. */
  groupOf(projectId: string): Promise<string | null>
  /** By which jobs fall due; that of this process when it is left out. */
  clock?: Pick<DueClock, 'now'>
}

/** The stored data of a job cannot be read, and no later attempt will read it. */
export class UnreadableJobError extends Error {}

/** @throws UnreadableJobError */
export function dataOfJob<S extends z.ZodType>(schema: S, { data }: Pick<ClaimedJob, 'data'>): z.output<S> {
  try {
    return schema.parse(JSON.parse(data ?? ''))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new UnreadableJobError(`What is stored of the job cannot be read: ${reason}`, { cause: error })
  }
}
