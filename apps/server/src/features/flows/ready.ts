import { AppError } from '@piecework/model/errors'
import type { FlowStatus, FlowVersion } from '@piecework/model/flow/flow'
import type { PieceLookup } from '@piecework/model/flow/piece-step'
import { describeProblems, problemsOf } from '@piecework/model/flow/problems'
import type { Trigger } from '@piecework/model/flow/step'
import { validateVersion } from '@piecework/model/flow/validity'
import type { ProjectActor } from '../../access/actor.ts'

export interface PublishRules {
  /** Versions with steps that are not ready to run are published, too. */
  allowsInvalid: boolean
  /** A flow that is published without a status is enabled; else it keeps the status that it has. */
  enables: boolean
}

export interface Readiness {
  rules: PublishRules
  /** The pieces of a version. */
  lookup(version: FlowVersion, platformId: string): Promise<PieceLookup>
}

/**
 * The version, when it may be published. One that was not valid may be now: its pieces were installed meanwhile.
 * @throws AppError FLOW_VERSION_INVALID that names each step and field
 */
export async function requireReady(
  { rules, lookup }: Readiness,
  version: FlowVersion,
  actor: ProjectActor,
  status: FlowStatus,
): Promise<FlowVersion> {
  const isEnough = rules.allowsInvalid && (status === 'DISABLED' || version.trigger.valid)
  if (version.valid || isEnough) return version
  const pieces = await lookup(version, actor.platformId)
  const checked = validateVersion(version, pieces)
  if (checked.valid) return checked
  const steps = problemsOf(rules.allowsInvalid ? withoutActions(version.trigger) : version.trigger, pieces)
  if (steps.length === 0) return checked
  throw new AppError('FLOW_VERSION_INVALID', {
    flowVersionId: version.id,
    steps,
    message: `the flow is not ready, because steps are not complete: ${describeProblems(steps)}`,
  })
}

/** The trigger alone: what must be ready whatever the rules are. */
function withoutActions(trigger: Trigger): Trigger {
  const alone = { ...trigger }
  delete alone.nextAction
  return alone
}
