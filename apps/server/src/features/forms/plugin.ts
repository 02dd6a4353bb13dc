import type { Plugin } from '../plugin.ts'
import { createPublicForms } from './public.ts'
import { publicFormRoutes } from './routes.ts'
import { createFormStarter } from './service.ts'

type Parts = Parameters<typeof createFormStarter>[0] & Parameters<typeof createPublicForms>[0]

/** Pages of forms, and submissions that start workflows; the graph API has the other routes. */
export const forms = (parts: Parts): Plugin => ({
  name: 'forms',
  subscribers: [createFormStarter(parts)],
  routes: async (app) => publicFormRoutes(app, createPublicForms(parts)),
})
