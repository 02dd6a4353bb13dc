import { z } from 'zod'
import { AnyMap } from '../../json.ts'
import { flowOperation } from './operation.ts'

/** Replaces the free metadata of the flow. */
export const UPDATE_METADATA = flowOperation('UPDATE_METADATA', z.object({ metadata: AnyMap.nullable() }))
