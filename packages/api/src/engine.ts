import { FlowVersion, PopulatedFlow } from '@piecework/model/flow/flow'
import { z } from 'zod'
import { AppConnection } from './connection-shapes.ts'
import { endpoint, projectOfToken } from './endpoint.ts'
import { flowFilters } from './flows.ts'
import { ProjectWithLimits } from './projects.ts'
import { IdParams, pageOf, pageQuery } from './shapes.ts'

const ALL = 1_000_000

/** Pieces of older contracts join lists with commas. */
const commaList = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(',').filter(Boolean) : value),
  z.array(z.string()).optional(),
)

const shared = { method: 'GET', principals: ['ENGINE'], permission: 'NONE', project: projectOfToken } as const

/** The requests of the engine while it runs a job of a project. */
export const engine = {
  project: endpoint({
    ...shared,
    path: '/v1/worker/project',
    operationId: 'engine.project',
    summary: 'The project of the run',
    response: ProjectWithLimits.omit({ plan: true, analytics: true }),
  }),
  connection: endpoint({
    ...shared,
    path: '/v1/worker/app-connections/:externalId',
    operationId: 'engine.connection',
    summary: 'A connection of the project with its value',
    params: z.object({ externalId: z.string() }),
    response: AppConnection.extend({ value: z.unknown() }),
    errors: ['INVALID_APP_CONNECTION', 'SECRET_MANAGER_GET_SECRET_FAILED'],
  }),
  flows: endpoint({
    ...shared,
    path: '/v1/engine/populated-flows',
    operationId: 'engine.flows',
    summary: 'The flows of the project',
    query: z.object({ ...flowFilters, externalIds: commaList, ...pageQuery(ALL, ALL) }),
    response: pageOf(PopulatedFlow),
  }),
  flowVersion: endpoint({
    ...shared,
    path: '/v1/engine/flows',
    operationId: 'engine.flowVersion',
    summary: 'A version of a flow of the project',
    query: z.object({ versionId: z.string() }),
    response: FlowVersion,
  }),
  file: endpoint({
    ...shared,
    path: '/v1/engine/files/:id',
    operationId: 'engine.file',
    summary: 'The bytes of a file of the project',
    sends: 'bytes',
    params: IdParams,
  }),
}
