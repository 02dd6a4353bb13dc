import type { Plugin } from '../plugin.ts'
import { guideRoutes } from './routes.ts'

/** The guides of `docs`, as pages that the browser app links to; they need no connection to anywhere else. */
export const guides = (): Plugin => ({ name: 'guides', routes: guideRoutes })
