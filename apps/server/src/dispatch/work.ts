import type { Task, TaskEvents } from '@piecework/worker/task'
import type { RunningTask } from '@piecework/worker/worker'
import type { ClaimedJob } from '../queue/job.ts'

/** A worker as the dispatcher sees it: in this process, or at the other end of a connection. */
export interface WorkerLink {
  readonly id: string
  readonly concurrency: number
  /** The group whose work it does, and no other; null for what belongs to none. */
  readonly group: string | null
  execute(task: Task, events: TaskEvents): RunningTask
}

/** Work that is ready for a slot. */
export interface WorkItem {
  /** The id of the run or job; two items of one id never run at the same time in one process. */
  id: string
  projectId: string
  priority: number
  /** Held under lease, so that the lease is renewed while the item waits and runs. */
  leased: boolean
  /** The pool or project whose limit it counts against; null for none. */
  bucket: string | null
  /** For what was not claimed: how many of its bucket may run at a time. */
  cap?: number
  /** Its approximate size in memory. */
  bytes?: number
  start(link: WorkerLink): Running
  /** The server stops, and the item will not begin here: the caller who waits is to hear of it. */
  refuse?(): void
}

export interface Running {
  /** Resolves when the worker has nothing to do with the item any more; its slot is free then. Never rejects. */
  left: Promise<void>
  /** Resolves when everything about the item is written. Never rejects. */
  done: Promise<void>
  cancel(): void
}

/** Turns claimed jobs of one kind into work; null for a job that needs none any more. */
export type JobHandler = (jobs: ClaimedJob[]) => Promise<(WorkItem | null)[]>
