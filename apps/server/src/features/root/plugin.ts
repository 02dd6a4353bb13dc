import type { Plugin } from '../plugin.ts'
import { rootRoutes } from './routes.ts'

export const root = (): Plugin => ({ name: 'root', routes: rootRoutes })
