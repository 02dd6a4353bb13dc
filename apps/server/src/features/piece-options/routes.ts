import { api } from '@piecework/api/index'
import { AppError } from '@piecework/model/errors'
import type { FlowVersion } from '@piecework/model/flow/flow'
import { isLoop } from '@piecework/model/flow/kinds/loop'
import { walk } from '@piecework/model/flow/walk'
import type { PieceMetadata } from '@piecework/model/piece/metadata'
import type { FastifyInstance } from 'fastify'
import type { Interactive } from '../../dispatch/operations.ts'
import { implement } from '../../http/implement.ts'
import { piecePolicy } from '../../policies/piece.ts'
import { authorize } from '../../policies/policy.ts'
import type { SampleData } from '../flows/sample-data.ts'
import type { Flows } from '../flows/service.ts'
import type { Catalogue } from '../pieces/catalogue.ts'

interface Parts {
  flows: Flows
  sampleData: SampleData
  catalogue: Catalogue
  interactive: Interactive
  engineToken(projectId: string, platformId: string): Promise<string>
  timeoutMs: number
}

/** The options that a form asks a piece for while somebody fills it in. */
export function pieceOptionRoutes(app: FastifyInstance, parts: Parts): void {
  implement(app, api.pieces.options, async ({ actor, body }) => {
    authorize(actor, piecePolicy.askOptions)
    const { projectId, platformId } = actor
    const { pieceName: name, pieceVersion: version, flowId } = body
    const { metadata } = await parts.catalogue.get(name, version, platformId)
    requireResolver(metadata, body)
    const flowVersion = await parts.flows.version(actor, flowId, body.flowVersionId)
    const [source, sampleData, engineToken] = await Promise.all([
      parts.catalogue.sourceOf(name, version, platformId),
      parts.sampleData.outputs(projectId, flowVersion),
      parts.engineToken(projectId, platformId),
    ])
    const loops = [...walk(flowVersion.trigger)]
      .filter((step) => isLoop(step))
      .map((step) => ({ stepName: step.name, items: step.settings.items }))
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
        sampleData: { ...variablesOf(flowVersion), ...sampleData },
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
  })
}

/** The variables of a flow under their name in expressions, which a step of an older flow may have as well. */
const variablesOf = ({ graph }: FlowVersion): Record<string, string> =>
  graph ? { variables: JSON.stringify(graph.variables) } : {}

const ASKED: ReadonlySet<unknown> = new Set(['DROPDOWN', 'MULTI_SELECT_DROPDOWN', 'DYNAMIC'])

/** @throws AppError ENGINE_OPERATION_FAILURE that names the field which asks for what the piece has not. */
function requireResolver(
  { name, version, actions, triggers }: PieceMetadata,
  { actionOrTriggerName, propertyName }: { actionOrTriggerName: string; propertyName: string },
): void {
  const refuse = (message: string) => new AppError('ENGINE_OPERATION_FAILURE', { message })
  const part = own(actions, actionOrTriggerName) ?? own(triggers, actionOrTriggerName)
  if (!part) throw refuse(`actionOrTriggerName: ${name}@${version} has no action or trigger ${actionOrTriggerName}`)
  const property = own(part.props, propertyName)
  if (!property) throw refuse(`propertyName: ${actionOrTriggerName} has no property ${propertyName}`)
  if (!ASKED.has(property.type))
    throw refuse(`propertyName: ${propertyName} of ${actionOrTriggerName} is a ${property.type}, which has no options`)
}

const own = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined
