import type { FastifyRequest } from 'fastify'
import type { WebhookCall } from './service.ts'

/** Which run makes a call, as its headers say. */
export function parentOf({
  headers,
}: FastifyRequest): Pick<WebhookCall, 'parentRunId' | 'parentStep' | 'failParentOnFailure'> {
  const parent = headers['ap-parent-run-id']
  const step = headers['ap-parent-step']
  return {
    parentRunId: typeof parent === 'string' ? parent : null,
    parentStep: typeof step === 'string' ? step : null,
    failParentOnFailure: headers['ap-fail-parent-on-failure'] === 'true',
  }
}
