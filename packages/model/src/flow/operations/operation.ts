import { z } from 'zod'
import type { FlowVersion } from '../flow.ts'

/** The context of an operation besides its request: ids and clocks are passed in. */
export interface OperationContext {
  /** ISO timestamp of the change. */
  now: string
  /** The user who makes the change; null for an API key. */
  userId: string | null
}

/** The pure effect of an operation on a version. Returns the version itself when nothing changes. */
export type Apply<Request> = (version: FlowVersion, request: Request, context: OperationContext) => FlowVersion

/** An operation that changes a flow version: the schema of `{type, request}` and its pure effect. */
export function versionOperation<const T extends string, R extends z.ZodType>(
  type: T,
  request: R,
  apply: Apply<z.output<R>>,
) {
  return { schema: z.object({ type: z.literal(type), request }), apply }
}

/** An operation whose effect is outside a version (the flow's row, files, triggers): only its schema. */
export function flowOperation<const T extends string, R extends z.ZodType>(type: T, request: R) {
  return { schema: z.object({ type: z.literal(type), request }) }
}
