import type { Plugin } from '../plugin.ts'
import { createFormStarter } from './service.ts'

/** Submissions start workflows; the graph API has the routes. */
export const forms = (parts: Parameters<typeof createFormStarter>[0]): Plugin => ({
  name: 'forms',
  subscribers: [createFormStarter(parts)],
})
