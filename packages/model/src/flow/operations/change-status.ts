import { z } from 'zod'
import { FlowStatus } from '../flow.ts'
import { flowOperation } from './operation.ts'

/** Enables or disables the flow: its trigger starts or stops to listen. */
export const CHANGE_STATUS = flowOperation('CHANGE_STATUS', z.object({ status: FlowStatus }))
