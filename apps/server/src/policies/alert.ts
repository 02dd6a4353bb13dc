import { api } from '@piecework/api/index'
import type { Policy } from './policy.ts'

const { list, create, remove, expectation, expect } = api.alerts

/** Rules for who hears of what goes wrong in a project. */
export const alertPolicy = {
  read: { needs: list.permission },
  create: { needs: create.permission },
  delete: { needs: remove.permission },
  readExpectation: { needs: expectation.permission },
  expect: { needs: expect.permission },
} as const satisfies Policy<object>
