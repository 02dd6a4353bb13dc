import { LIVE_PATH } from '@piecework/model/live/path'
import type { Core } from '../../core.ts'
import type { Execution } from '../../execution.ts'
import type { Flows } from '../flows/service.ts'
import type { Plugin } from '../plugin.ts'
import { createLiveGateway } from './gateway.ts'
import { EVERYBODY, flowsRoom, runsRoom } from './rooms.ts'
import { liveRoutes } from './routes.ts'
import type { LiveViews } from './views.ts'

interface Parts
  extends Pick<Core, 'db' | 'access' | 'bus' | 'tokens' | 'catalogue' | 'events' | 'log'>,
    Pick<Execution, 'versions' | 'starter' | 'sampleData' | 'runs'> {
  views: LiveViews
  flows: Flows
}

export function live({ views: { hub, runs: progress, steps }, ...parts }: Parts): Plugin {
  const { access, bus, events, runs } = parts
  const gateway = createLiveGateway({ ...parts, hub })
  bus.on('ACCESS_CHANGED', gateway.lookAgain)
  events.on('ACCESS_CHANGED', gateway.lookAgain)
  events.on('RUN_PROGRESSED', ({ attempt, said }) => {
    if (attempt.facts.stepNameToTest === null) progress.progress(attempt, said)
    else steps.progress(attempt, said)
  })
  events.on('RUN_FINISHED', progress.finished)
  events.on('RUNS_CANCELED', ({ projectId, runs: canceled }) =>
    progress.canceled(projectId, async () => {
      const ids = canceled.map(({ id }) => id)
      return runs.some(await access.asSystem('live updates', projectId), ids)
    }),
  )
  events.on('BULK_PROGRESSED', (act) => hub.send(runsRoom(act.projectId), 'BULK_PROGRESS', act))
  events.on('STEP_TESTED', steps.finished)
  events.on('FLOW_OPERATED', ({ projectId, record }) => hub.send(flowsRoom(projectId), 'FLOW_OPERATION', record))
  events.on('PIECE_REBUILT', ({ name, version }) =>
    hub.send(EVERYBODY, 'REFRESH_PIECE', { pieceName: name, pieceVersion: version }),
  )
  return {
    name: 'live',
    routes: liveRoutes,
    upgrades: { [LIVE_PATH]: gateway.upgrade },
    stop: gateway.close,
  }
}
