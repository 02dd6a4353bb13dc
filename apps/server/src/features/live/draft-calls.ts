import { presentFacts } from '../runs/showing/present.ts'
import type { RunStarter } from '../runs/starting/start.ts'
import type { LiveHub } from './hub.ts'
import { runsRoom } from './rooms.ts'

/** Lets builders see the runs that calls of a draft begin, as the chat next to the builder does. */
export function showDraftCalls(hub: LiveHub, starter: RunStarter): RunStarter {
  return {
    ...starter,
    startAndWait(run, ...rest) {
      const room = runsRoom(run.projectId)
      if (run.environment === 'TESTING' && hub.isWatched(room))
        hub.send(room, 'TEST_FLOW_RUN_STARTED', presentFacts(run))
      return starter.startAndWait(run, ...rest)
    },
  }
}
