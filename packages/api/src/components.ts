import { FlowVersion, Note, PopulatedFlow } from '@piecework/model/flow/flow'
import { Action, Trigger } from '@piecework/model/flow/step'
import { SharedTemplate } from '@piecework/model/flow/template'
import { PropertyMetadata } from '@piecework/model/piece/property'
import { FlowRun } from '@piecework/model/run/run'
import { StepOutput } from '@piecework/model/run/step-output'
import type { z } from 'zod'
import { AppConnection } from './connection-shapes.ts'
import { Folder } from './folders.ts'
import { Piece } from './pieces.ts'
import { Platform } from './platforms.ts'
import { ProjectWithLimits } from './projects.ts'
import { TriggerEvent } from './triggers.ts'
import { User } from './users.ts'

/** The schemas that recur, by the names that they have in the OpenAPI document. */
const COMPONENTS: Readonly<Record<string, z.ZodType>> = {
  Action,
  AppConnection,
  Flow: PopulatedFlow,
  FlowRun,
  FlowVersion,
  Folder,
  Note,
  Piece,
  Platform,
  Project: ProjectWithLimits,
  Property: PropertyMetadata,
  StepOutput,
  Template: SharedTemplate,
  Trigger,
  TriggerEvent,
  User,
}

const NAMES = new Map<z.core.$ZodType, string>(Object.entries(COMPONENTS).map(([name, schema]) => [schema, name]))

/** The name of a schema that recurs; undefined for any other. */
export const componentOf = (schema: z.core.$ZodType): string | undefined => NAMES.get(schema)
