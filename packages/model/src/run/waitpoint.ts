import { z } from 'zod'

export const WaitpointType = z.enum(['DELAY', 'WEBHOOK'])
export type WaitpointType = z.infer<typeof WaitpointType>
export const WaitpointStatus = z.enum(['PENDING', 'COMPLETED'])
export const WaitpointVersion = z.enum(['V0', 'V1'])

/** An HTTP answer that a flow gives to a waiting caller. Defaults: 200, `{}`, no headers. */
export const FlowResponse = z.object({
  status: z.number().int().optional(),
  body: z.unknown().optional(),
  headers: z.record(z.string(), z.string()).optional(),
})
export type FlowResponse = z.infer<typeof FlowResponse>

/** The payload of a resuming call for the waiting step. */
export const ResumePayload = z.object({
  body: z.unknown(),
  headers: z.record(z.string(), z.unknown()),
  queryParams: z.record(z.string(), z.unknown()),
})
export type ResumePayload = z.infer<typeof ResumePayload>

/** A paused step of a run; unique per (flowRunId, stepName). */
export const Waitpoint = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  flowRunId: z.string(),
  projectId: z.string(),
  stepName: z.string(),
  type: WaitpointType,
  status: WaitpointStatus,
  version: WaitpointVersion,
  resumeDateTime: z.string().nullable(),
  responseToSend: FlowResponse.nullable(),
  resumePayload: ResumePayload.nullable(),
})
export type Waitpoint = z.infer<typeof Waitpoint>

export const CreateWaitpointRequest = z.object({
  flowRunId: z.string(),
  projectId: z.string(),
  stepName: z.string(),
  type: WaitpointType,
  version: WaitpointVersion.default('V1'),
  resumeDateTime: z.string().optional(),
  responseToSend: FlowResponse.optional(),
})
export type CreateWaitpointRequest = z.infer<typeof CreateWaitpointRequest>
