import { api } from '@piecework/api/index'
import type { Policy } from './policy.ts'

const { get, retry, cancelAll, archiveAll } = api.flowRuns

/** The permissions that actions on a run need. */
export const runPolicy = {
  read: { needs: get.permission },
  retry: { needs: retry.permission },
  cancel: { needs: cancelAll.permission },
  archive: { needs: archiveAll.permission },
} as const satisfies Policy<object>

/** People who start a run, or test a step, are shown what they started. */
export const seeRun = { needs: [get.permission, retry.permission, api.sampleData.testStep.permission] }
