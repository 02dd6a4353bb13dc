import { api } from '@piecework/api/index'
import type { Policy } from './policy.ts'

/** What may be done to the sample data of a step. */
export const sampleDataPolicy = {
  read: { needs: api.sampleData.get.permission },
  testStep: { needs: api.sampleData.testStep.permission },
} as const satisfies Policy<object>
