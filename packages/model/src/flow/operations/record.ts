import { z } from 'zod'

/** Fields that a client may add to an operation. */
export const OperationSending = z.object({
  clientOperationId: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe('A new one for each operation: the same id again is not applied twice.'),
  baseRevision: z
    .number()
    .int()
    .min(0)
    .optional()
    .describe('The revision of the flow that the client has seen; others may edit the flow at the same time.'),
})
export type OperationSending = z.infer<typeof OperationSending>

/** A saved operation: other clients apply it to the flow that they show. */
export const FlowOperationRecord = z.object({
  flowId: z.string(),
  /** The version that it changed: a new draft if the version before was locked. */
  flowVersionId: z.string(),
  /** The revision of the flow after the operation. Each operation raises it by one. */
  revision: z.number().int(),
  created: z.string(),
  /** Null for API keys and for the server itself. */
  author: z.object({ id: z.string(), displayName: z.string() }).nullable(),
  clientOperationId: z.string().nullable(),
  type: z.string(),
  /** The parts of the flow that it changed: see collisions. */
  touched: z.array(z.string()),
  /** The operation that the server applied; null when the flow has to be read again. */
  operation: z.object({ type: z.string(), request: z.unknown() }).nullable(),
})
export type FlowOperationRecord = z.infer<typeof FlowOperationRecord>
