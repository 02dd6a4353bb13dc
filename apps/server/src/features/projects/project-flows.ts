import type { ProjectActor } from '../../access/actor.ts'

/** The actions on flows that deleting their project needs. */
export interface ProjectFlows {
  /** Stops the triggers of every flow of the project and disables them. */
  disableAll(actor: ProjectActor): Promise<void>
}
