import type { VersionOperation } from '@piecework/model/flow/operations/registry'
import { isPieceStep } from '@piecework/model/flow/piece-step'
import { leastVersion, type PieceAction, type PieceTrigger, type Step } from '@piecework/model/flow/step'
import { walk } from '@piecework/model/flow/walk'
import { client } from '../../../api/client.ts'
import type { PieceUse } from '../../../api/piece-uses.ts'

/** How it went with one flow. */
export interface Raised {
  /** Names of the steps that ask for something now. */
  unready: string[]
  isPublished: boolean
}

const isOf =
  (pieceName: string) =>
  (step: Step): step is PieceAction | PieceTrigger =>
    isPieceStep(step) && step.settings.pieceName === pieceName

/** The operation that gives a step another version of its piece. Everything else of it stays. */
function raised(step: PieceAction | PieceTrigger, pieceVersion: string): VersionOperation {
  const { name, displayName, valid } = step
  if (step.type === 'PIECE_TRIGGER')
    return {
      type: 'UPDATE_TRIGGER',
      request: { name, displayName, valid, type: step.type, settings: { ...step.settings, pieceVersion } },
    }
  const request = { name, displayName, valid, type: step.type, settings: { ...step.settings, pieceVersion } }
  return { type: 'UPDATE_ACTION', request: { ...request, ...(step.skip === undefined ? {} : { skip: step.skip }) } }
}

/**
 * Gives the steps of a flow another version of a piece, in its draft.
 * @param publish publishes it where the old draft was the published version and all steps are ready
 */
export async function raiseFlow(
  use: PieceUse,
  { pieceName, version, publish }: { pieceName: string; version: string; publish: boolean },
): Promise<Raised> {
  const params = { id: use.id }
  let flow = await client.flows.get({ params })
  for (const step of [...walk(flow.version.trigger)].filter(isOf(pieceName)))
    if (leastVersion(step.settings.pieceVersion) !== version)
      flow = await client.flows.operate({ params, body: raised(step, version) })
  const unready = [...walk(flow.version.trigger)].filter(isOf(pieceName)).filter(({ valid }) => !valid)
  const mayPublish = publish && use.isPublished && flow.version.valid
  if (mayPublish)
    await client.flows.operate({ params, body: { type: 'LOCK_AND_PUBLISH', request: { status: flow.status } } })
  return { unready: unready.map(({ displayName }) => displayName), isPublished: mayPublish }
}
