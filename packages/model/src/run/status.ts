import { z } from 'zod'
import { RUN_STATUSES } from './run-statuses.ts'

/** The statuses of a run. */
export const FlowRunStatus = z.enum(RUN_STATUSES)
export type FlowRunStatus = z.infer<typeof FlowRunStatus>

export const StepOutputStatus = z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'PAUSED', 'STOPPED'])
export type StepOutputStatus = z.infer<typeof StepOutputStatus>

export const RunEnvironment = z.enum(['PRODUCTION', 'TESTING'])
export type RunEnvironment = z.infer<typeof RunEnvironment>

export const ExecutionType = z.enum(['BEGIN', 'RESUME'])
export type ExecutionType = z.infer<typeof ExecutionType>

export const RetryStrategy = z.enum(['ON_LATEST_VERSION', 'FROM_FAILED_STEP'])
export type RetryStrategy = z.infer<typeof RetryStrategy>
