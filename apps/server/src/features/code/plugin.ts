import type { Plugin } from '../plugin.ts'
import { codeRoutes } from './routes.ts'
import type { FlowCode } from './service.ts'

export const code = ({ code }: { code: FlowCode }): Plugin => ({
  name: 'code',
  routes: (app) => codeRoutes(app, { code }),
})
