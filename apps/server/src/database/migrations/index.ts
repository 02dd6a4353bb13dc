import type { Migration } from '../migrate.ts'
import { initial } from './0001-initial.ts'
import { scaleOut } from './0002-scale-out.ts'

/** Every migration, oldest first. Adding one is one file and one line. */
export const migrations: readonly Migration[] = [initial, scaleOut]
