import { mapSteps, type Raw, rawAt, without } from './raw.ts'

/** None to 1: a BRANCH step becomes a router with one conditional branch and a fallback. */
export function branchToRouter(content: Raw): Raw {
  return mapSteps(content, (step) => {
    if (step.type !== 'BRANCH') return step
    const settings = rawAt(step, 'settings')
    return {
      ...without(step, 'onSuccessAction', 'onFailureAction'),
      type: 'ROUTER',
      settings: {
        ...without(settings, 'conditions'),
        branches: [
          { branchType: 'CONDITION', branchName: 'Branch 1', conditions: settings.conditions ?? [[]] },
          { branchType: 'FALLBACK', branchName: 'Otherwise' },
        ],
        executionType: 'EXECUTE_FIRST_MATCH',
      },
      children: [step.onSuccessAction ?? null, step.onFailureAction ?? null],
    }
  })
}
