import type { Core } from '../../core.ts'
import type { Execution } from '../../execution.ts'
import type { RunMetrics } from '../../observability/run-metrics.ts'
import { redisPing } from '../../optional-parts.ts'
import type { Plugin } from '../plugin.ts'
import { metricsRoutes } from './routes.ts'
import { createMetrics } from './service.ts'

interface Parts extends Pick<Core, 'db' | 'settings' | 'release' | 'connectRedis'>, Pick<Execution, 'dispatcher'> {
  runMetrics: RunMetrics
}

export const metrics = ({ db, settings, release, connectRedis, dispatcher, runMetrics }: Parts): Plugin => ({
  name: 'metrics',
  routes: (app) =>
    metricsRoutes(app, {
      metrics: createMetrics({
        ...{ db, dispatcher, registry: runMetrics.registry, release },
        pingRedis: connectRedis && redisPing(app, connectRedis),
      }),
      token: settings.metricsToken,
      proxiesFlows: settings.networkMode === 'STRICT' || settings.executionMode !== 'UNSANDBOXED',
    }),
})
