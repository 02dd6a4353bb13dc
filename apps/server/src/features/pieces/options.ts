import { AppError } from '@piecework/model/errors'
import { walk } from '@piecework/model/flow/walk'
import type { PieceMetadata } from '@piecework/model/piece/metadata'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Interactive } from '../../dispatch/operations.ts'
import { projectIn } from '../../http/project-source.ts'
import { route } from '../../http/route.ts'
import type { Flows } from '../flows/service.ts'
import type { SampleData } from '../sample-data/service.ts'
import type { Catalogue } from './catalogue.ts'

interface Parts {
  flows: Flows
  sampleData: SampleData
  catalogue: Catalogue
  interactive: Interactive
  engineToken(projectId: string, platformId: string): Promise<string>
  timeoutMs: number
}

const OptionsBody = z.object({
  projectId: z.string(),
  pieceName: z.string(),
  pieceVersion: z.string(),
  actionOrTriggerName: z.string(),
  propertyName: z.string(),
  flowId: z.string(),
  flowVersionId: z.string(),
  input: z.record(z.string(), z.unknown()),
  searchValue: z.string().optional(),
})

/** What a form asks of a piece while somebody fills it in. */
export function pieceOptionRoutes(app: FastifyInstance, parts: Parts): void {
  route(app, {
    method: 'POST',
    url: '/v1/pieces/options',
    summary: 'Ask a property for its options, or for its properties',
    principals: ['USER'],
    permission: 'READ_FLOW',
    project: projectIn('body'),
    schema: { body: OptionsBody },
    handler: async ({ project: { id: projectId, platformId }, body }) => {
      const { pieceName: name, pieceVersion: version, flowId } = body
      const { metadata } = await parts.catalogue.get(name, version, platformId)
      requireResolver(metadata, body)
      const flowVersion = await parts.flows.version(projectId, flowId, body.flowVersionId)
      const [source, sampleData, engineToken] = await Promise.all([
        parts.catalogue.sourceOf(name, version, platformId),
        parts.sampleData.outputs(projectId, flowVersion),
        parts.engineToken(projectId, platformId),
      ])
      const loops = [...walk(flowVersion.trigger)].flatMap((step) =>
        step.type === 'LOOP_ON_ITEMS' ? [{ stepName: step.name, items: step.settings.items }] : [],
      )
      const result = await parts.interactive({
        operation: {
          type: 'EXECUTE_PROPERTY',
          projectId,
          platformId,
          engineToken,
          pieceName: name,
          pieceVersion: version,
          actionOrTriggerName: body.actionOrTriggerName,
          propertyName: body.propertyName,
          input: body.input,
          sampleData,
          loops,
          flowId,
          flowVersionId: flowVersion.id,
          searchValue: body.searchValue ?? null,
        },
        piece: { name, version, source },
        timeoutMs: parts.timeoutMs,
      })
      if (result.type !== 'EXECUTE_PROPERTY')
        throw new AppError('ENGINE_OPERATION_FAILURE', { message: `unexpected ${result.type}` })
      return { type: result.propertyType, options: result.options }
    },
  })
}

const ASKED: ReadonlySet<unknown> = new Set(['DROPDOWN', 'MULTI_SELECT_DROPDOWN', 'DYNAMIC'])

/** @throws AppError ENGINE_OPERATION_FAILURE that names the field which asks for what the piece has not. */
function requireResolver(
  { name, version, actions, triggers }: PieceMetadata,
  { actionOrTriggerName, propertyName }: z.infer<typeof OptionsBody>,
): void {
  const refuse = (message: string) => new AppError('ENGINE_OPERATION_FAILURE', { message })
  const part = own(actions, actionOrTriggerName) ?? own(triggers, actionOrTriggerName)
  if (!part) throw refuse(`actionOrTriggerName: ${name}@${version} has no action or trigger ${actionOrTriggerName}`)
  const property = own(part.props, propertyName)
  if (!property) throw refuse(`propertyName: ${actionOrTriggerName} has no property ${propertyName}`)
  if (!ASKED.has(property.type))
    throw refuse(
      `propertyName: ${propertyName} of ${actionOrTriggerName} has no options to ask for, it is a ${property.type}`,
    )
}

const own = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined
