import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import { authorize } from '../../policies/policy.ts'
import { sampleDataPolicy } from '../../policies/sample-data.ts'
import type { SampleData } from '../flows/sample-data.ts'
import type { Flows } from '../flows/service.ts'
import type { StepTests } from './step-tests.ts'

export function sampleDataRoutes(
  app: FastifyInstance,
  { flows, sampleData, stepTests }: { flows: Flows; sampleData: SampleData; stepTests: StepTests },
): void {
  implement(app, api.sampleData.testStep, ({ actor, body: { flowVersionId, stepName } }) =>
    stepTests.start(actor, { flowVersionId, stepName }),
  )

  implement(app, api.sampleData.get, async ({ actor, query, reply }) => {
    const { flowId, flowVersionId, stepName, type } = query
    authorize(actor, sampleDataPolicy.read)
    const version = await flows.version(actor, flowId, flowVersionId)
    const value = (await sampleData.read({ projectId: actor.projectId, version, stepName, type })) ?? {}
    // Fastify sends a string as plain text; here it is a value like any other.
    return reply.type('application/json; charset=utf-8').send(JSON.stringify(value))
  })
}
