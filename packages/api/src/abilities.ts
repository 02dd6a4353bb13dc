import { z } from 'zod'
import { queryFlag } from './shapes.ts'

/** Asks for `abilities` in the answer. Without it answers are as they always were. */
export const abilitiesQuery = {
  abilities: queryFlag.describe('With `abilities` in the answer: what the caller may do.'),
}

/** What the caller may do to an entity, so that clients can hide the rest. */
function abilities<const A extends string>(...actions: A[]) {
  return z.record(z.enum(actions), z.boolean()).optional()
}

export const FlowAbilities = abilities('read', 'create', 'edit', 'publish', 'changeStatus', 'delete', 'run')
export const ConnectionAbilities = abilities('read', 'create', 'edit', 'delete', 'replace')
export const ProjectAbilities = abilities('read', 'create', 'edit', 'administer', 'delete')
