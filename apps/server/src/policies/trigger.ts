import { api } from '@piecework/api/index'
import type { Policy } from './policy.ts'

const { test, stopTest, saveEvent, listEvents, runStatus } = api.triggers

/** The permissions that actions on the events that a trigger is tried out with need. */
export const triggerPolicy = {
  test: { needs: test.permission },
  stopTest: { needs: stopTest.permission },
  saveEvent: { needs: saveEvent.permission },
  /** A test answers with the events. */
  readEvents: { needs: [listEvents.permission, test.permission] },
  readStatistics: { needs: runStatus.permission },
} as const satisfies Policy<object>
