import { api } from '@piecework/api/index'
import type { Policy } from './policy.ts'

const { test, stopTest, saveEvent, listEvents } = api.triggers

/** What may be done to the events that a trigger is tried out with. */
export const triggerPolicy = {
  test: { needs: test.permission },
  stopTest: { needs: stopTest.permission },
  saveEvent: { needs: saveEvent.permission },
  /** A test answers with the events. */
  readEvents: { needs: [listEvents.permission, test.permission] },
} as const satisfies Policy<object>
