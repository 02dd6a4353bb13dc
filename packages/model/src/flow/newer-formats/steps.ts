import { STEP_KINDS } from '../kinds/registry.ts'
import { isRaw, mapSteps, type Raw, rawAt, without } from '../migrations/raw.ts'
import { unusedNames } from '../walk.ts'
import type { Findings } from './findings.ts'
import { nameOf, rawSteps } from './references.ts'

const HANDLERS = 'continueOnFailureBranches'

/** Early releases stored them among the options. */
const handlersOf = (step: Raw): Raw | undefined => {
  const own = step[HANDLERS]
  if (isRaw(own)) return own
  const optional = rawAt(rawAt(step, 'settings'), 'errorHandlingOptions')[HANDLERS]
  return isRaw(optional) ? optional : undefined
}

const isTolerant = (step: Raw): boolean =>
  rawAt(rawAt(rawAt(step, 'settings'), 'errorHandlingOptions'), 'continueOnFailure').value === true

/**
 * Branches for success and failure of a step become a router after it. Those of a step that does not continue on
 * failure never run, and are removed.
 */
export function handlersToRouters(content: Raw, findings: Findings): Raw {
  const nextName = unusedNames(namesWithHandlers(content))
  return mapSteps(content, (step) => {
    const handlers = handlersOf(step)
    if (!handlers) return step
    const stepName = nameOf(step)
    const plain = withoutHandlers(step)
    const { onSuccess, onFailure } = handlers
    if (!isRaw(onSuccess) && !isRaw(onFailure)) return plain
    if (!isTolerant(step)) {
      findings.notes.push({
        stepName,
        message: 'its branches for success and failure were switched off, and were removed',
      })
      return plain
    }
    const router = {
      name: nextName(),
      type: 'ROUTER',
      displayName: `${typeof step.displayName === 'string' ? step.displayName : stepName}: success or failure`,
      valid: true,
      settings: {
        branches: [
          {
            branchType: 'CONDITION',
            branchName: 'Success',
            conditions: [[{ operator: 'EXISTS', firstValue: `{{${stepName}}}` }]],
          },
          { branchType: 'FALLBACK', branchName: 'Failure' },
        ],
        executionType: 'EXECUTE_FIRST_MATCH',
      },
      children: [onSuccess ?? null, onFailure ?? null],
      ...(isRaw(step.nextAction) ? { nextAction: step.nextAction } : {}),
    }
    findings.notes.push({
      stepName,
      message: `its branches for success and failure are in the router ${router.name} after it; an empty success takes the branch for failure`,
    })
    return { ...plain, nextAction: router }
  })
}

function withoutHandlers(step: Raw): Raw {
  const plain = without(step, HANDLERS)
  const settings = rawAt(step, 'settings')
  const options = settings.errorHandlingOptions
  if (!isRaw(options) || !(HANDLERS in options)) return plain
  return { ...plain, settings: { ...settings, errorHandlingOptions: without(options, HANDLERS) } }
}

/** The names of all steps, those in handlers too. */
function namesWithHandlers(content: Raw): Set<string> {
  const names = new Set<string>()
  const pending: Raw[] = [content]
  for (let part = pending.pop(); part !== undefined; part = pending.pop())
    for (const step of rawSteps(part)) {
      names.add(nameOf(step))
      for (const head of Object.values(handlersOf(step) ?? {})) pending.push({ trigger: head })
    }
  return names
}

const KNOWN_TYPES: ReadonlySet<unknown> = new Set(STEP_KINDS.map(({ type }) => type))
const REASONS: Readonly<Record<string, string>> = {
  AI_ROUTER: 'is a router that asks a model (AI_ROUTER), which this server does not have',
  PROCESS_IN_BATCHES: 'works on batches of items (PROCESS_IN_BATCHES), which this server does not have',
}

/** The content with steps of unknown types replaced by known ones, so that a schema checks the steps after them. */
export function withKnownTypes(content: Raw): Raw {
  return mapSteps(content, (step) => {
    if (typeof step.type !== 'string' || KNOWN_TYPES.has(step.type)) return step
    return Array.isArray(step.children)
      ? { ...step, type: 'ROUTER', settings: { branches: [], executionType: 'EXECUTE_FIRST_MATCH' } }
      : { ...step, type: 'LOOP_ON_ITEMS', settings: { items: '' } }
  })
}

/**
 * Refuses steps without a counterpart here: without them, or with others in their place, the flow would do something
 * else.
 */
export function refuseUnknownSteps(content: Raw, findings: Findings): void {
  for (const step of rawSteps(content)) {
    const stepName = nameOf(step)
    const settings = rawAt(step, 'settings')
    if (typeof step.type === 'string' && !KNOWN_TYPES.has(step.type))
      findings.refusals.push(
        `step ${stepName} ${REASONS[step.type] ?? `is of the type ${step.type}, which this server does not know`}`,
      )
    if (step.type === 'LOOP_ON_ITEMS' && isRaw(settings.batching))
      findings.refusals.push(`step ${stepName} loops over batches (batching), which this server does not support`)
    if (step.type === 'CODE' && settings.useDeno === true)
      findings.notes.push({ stepName, message: 'it asks for Deno (useDeno); it runs on Node.js here' })
  }
}
