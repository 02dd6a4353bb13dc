import type { PieceAction as PieceStep } from '@piecework/model/flow/step'
import { contextVersionOf, type Piece, type PieceAction } from '../../contract.ts'
import { contextParts } from '../../piece/context.ts'
import { type PieceInput, preparePieceInput } from '../../piece/input.ts'
import { guarded } from '../../sandbox/guards.ts'
import { printWithinDepth } from '../../state/depth.ts'
import type { Scope } from '../../state/record.ts'
import { executeActing, type StepResult } from '../acting-step.ts'
import { resolveInput } from '../context.ts'
import { createControl, flowControl, type PlannedPiece } from '../flow-control.ts'
import { planActing, planInput, type Run } from '../planned.ts'
import { defineKind } from './kind.ts'

export const piece = defineKind<PieceStep>('PIECE', {
  plan({ settings }, base, { prepared, names }) {
    const step: PlannedPiece = {
      ...base,
      type: 'PIECE',
      input: planInput(settings.input, names),
      ...planActing(settings),
      settings,
      location: prepared.pieces[`${settings.pieceName}@${settings.pieceVersion}`],
      heads: [],
      execute: (run, scope) => executePiece(run, step, scope),
      test: (run, scope) => executePiece(run, step, scope),
    }
    return step
  },
})

/** Runs an action of a piece. */
function executePiece(run: Run, step: PlannedPiece, scope: Scope): Promise<void> {
  const { pieceName, pieceVersion, actionName = '' } = step.settings
  return executeActing(run, step, scope, {
    actsOutside: run.engine.steering[pieceName]?.includes(actionName) !== true,
    async resolve() {
      // A piece that cannot be loaded is an error of the step; its input is still shown.
      const piece =
        step.location === undefined ? undefined : await run.engine.pieces.load(step.location).catch(() => undefined)
      return resolveInput(run, step.input, scope, piece === undefined ? '2' : contextVersionOf(piece))
    },
    async act(input, resumes) {
      if (step.location === undefined) throw new Error(`The piece ${pieceName} ${pieceVersion} is not installed`)
      const piece = await run.engine.pieces.load(step.location)
      const action = piece.getAction(actionName)
      if (action === undefined) throw new Error(`The piece ${pieceName} ${pieceVersion} has no action ${actionName}`)
      const prepared = await preparePieceInput(piece, action, JSON.parse(input.text), step.settings.propertySettings)
      return performAction(run, step, scope, piece, action, prepared, resumes)
    },
  })
}

async function performAction(
  run: Run,
  step: PlannedPiece,
  scope: Scope,
  piece: Piece,
  action: PieceAction,
  { auth, propsValue }: PieceInput,
  resumes: boolean,
): Promise<StepResult> {
  const control = createControl()
  const context = {
    ...contextParts(run, step.name, piece),
    ...flowControl(run, step, control, contextVersionOf(piece)),
    step: { name: step.name, place: [...scope.path.flat(), step.name].join('/') },
    executionType: resumes ? 'RESUME' : 'BEGIN',
    resumePayload: resumes ? resumedWith(run) : undefined,
    auth,
    propsValue,
    output: {
      async update({ data }: { data: unknown }): Promise<void> {
        const text = printWithinDepth(data, 'The intermediate output') ?? 'null'
        run.port.progress(step.name, scope.path, run.secrets.maskJson(text))
      },
    },
    agent: {
      async tools(): Promise<never> {
        throw new Error('Agent tools are not available in this engine')
      },
    },
  }
  const perform = run.operation.test !== null && action.test !== undefined ? action.test : action.run
  const isOwn = step.location !== undefined && 'bundled' in step.location
  const output: unknown = await guarded(() => Reflect.apply(perform, action, [context]), isOwn, run.onPrinted)
  await control.settle()
  return { outputText: printWithinDepth(output, 'The output of the step'), effect: control.effect }
}

const resumedWith = ({ operation }: Run): unknown =>
  operation.resumePayload === null ? { body: {}, headers: {}, queryParams: {} } : JSON.parse(operation.resumePayload)
