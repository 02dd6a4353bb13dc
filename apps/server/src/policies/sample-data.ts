import { api } from '@piecework/api/index'
import type { Policy } from './policy.ts'

/** The permissions that actions on the sample data of a step need. */
export const sampleDataPolicy = {
  read: { needs: api.sampleData.get.permission },
  testStep: { needs: api.sampleData.testStep.permission },
} as const satisfies Policy<object>
