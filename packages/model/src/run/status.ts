import { z } from 'zod'

/** Spec: facts/engine.md section 1. */
export const FlowRunStatus = z.enum([
  'QUEUED',
  'RUNNING',
  'PAUSED',
  'SUCCEEDED',
  'FAILED',
  'INTERNAL_ERROR',
  'QUOTA_EXCEEDED',
  'MEMORY_LIMIT_EXCEEDED',
  'TIMEOUT',
  'CANCELED',
  'LOG_SIZE_EXCEEDED',
])
export type FlowRunStatus = z.infer<typeof FlowRunStatus>

const LIVE: ReadonlySet<FlowRunStatus> = new Set(['QUEUED', 'RUNNING', 'PAUSED'])

/** Whether a run in this status will never change its status by itself. */
export const isTerminal = (status: FlowRunStatus): boolean => !LIVE.has(status)

export const StepOutputStatus = z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'PAUSED', 'STOPPED'])
export type StepOutputStatus = z.infer<typeof StepOutputStatus>

export const RunEnvironment = z.enum(['PRODUCTION', 'TESTING'])
export type RunEnvironment = z.infer<typeof RunEnvironment>

export const ExecutionType = z.enum(['BEGIN', 'RESUME'])
export type ExecutionType = z.infer<typeof ExecutionType>

export const RetryStrategy = z.enum(['ON_LATEST_VERSION', 'FROM_FAILED_STEP'])
export type RetryStrategy = z.infer<typeof RetryStrategy>
