import type { VersionOperation } from '@piecework/model/flow/operations/registry'
import type { RouterAction } from '@piecework/model/flow/step'
import { ActionRequest } from '@piecework/model/flow/step-request'

/** A new branch before the one for everything else. */
export function addedBranch({ name, settings }: RouterAction, nameOf: (number: number) => string): VersionOperation {
  const fallback = settings.branches.findIndex(({ branchType }) => branchType === 'FALLBACK')
  const branchIndex = fallback >= 0 ? fallback : settings.branches.length
  const taken = new Set(settings.branches.map(({ branchName }) => branchName))
  let number = branchIndex + 1
  while (taken.has(nameOf(number))) number++
  return { type: 'ADD_BRANCH', request: { stepName: name, branchIndex, branchName: nameOf(number) } }
}

export function renamedBranch(router: RouterAction, index: number, branchName: string): VersionOperation {
  const branches = router.settings.branches.map((branch, at) => (at === index ? { ...branch, branchName } : branch))
  const request = ActionRequest.parse({ ...router, settings: { ...router.settings, branches } })
  return { type: 'UPDATE_ACTION', request }
}
