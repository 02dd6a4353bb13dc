import type { RouterAction } from '@piecework/model/flow/step'
import type { TFunction } from 'i18next'
import { notify } from '../../ui/toast.tsx'
import type { Builder } from '../state/builder.ts'

/** Deletes a branch with its steps, and says how to get it back. */
export function deleteBranch(
  builder: Builder,
  router: Pick<RouterAction, 'name' | 'settings'>,
  branchIndex: number,
  t: TFunction<'builder'>,
): void {
  if (!builder.apply({ type: 'DELETE_BRANCH', request: { stepName: router.name, branchIndex } })) return
  notify({
    text: t('done.branchDeleted', { name: router.settings.branches[branchIndex]?.branchName }),
    action: { label: t('undo'), run: () => builder.undo() },
  })
}
