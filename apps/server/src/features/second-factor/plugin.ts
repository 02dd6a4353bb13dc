import type { Core } from '../../core.ts'
import type { Plugin } from '../plugin.ts'
import type { SessionMaker } from '../sessions/open.ts'
import { secondFactorRoutes } from './routes.ts'
import { createSecondFactors } from './service.ts'
import { createSecondStep } from './sign-in.ts'

type Parts = Pick<Core, 'db' | 'tokens' | 'outbox' | 'events' | 'encryption' | 'codes'> & { sessionMaker: SessionMaker }

export function secondFactor(parts: Parts): Plugin {
  const secondFactors = createSecondFactors(parts)
  const secondStep = createSecondStep({ ...parts, secondFactors })
  return { name: 'second-factor', routes: (app) => secondFactorRoutes(app, { secondFactors, secondStep }) }
}
