import { createScope, type Scope } from '../state/record.ts'
import type { Plan } from './planned.ts'
import { setSample } from './samples.ts'

/** The name of the variables of a flow in expressions. */
export const VARIABLES = 'variables'

/** The top level of a run. Variables are in an outer scope, so that they are visible but not logged. */
export function topScope({ variables }: Pick<Plan, 'variables'>): Scope {
  if (variables === undefined) return createScope()
  const parent = createScope()
  setSample(parent, VARIABLES, variables)
  return { ...createScope(), parent }
}
