import { DomainEvent } from '@piecework/model/events/domain-event'
import { FlowVersion, Note, PopulatedFlow } from '@piecework/model/flow/flow'
import { RouterBranch } from '@piecework/model/flow/router'
import { Action, Trigger } from '@piecework/model/flow/step'
import { ActionRequest } from '@piecework/model/flow/step-request'
import { SharedTemplate } from '@piecework/model/flow/template'
import { PropertyMetadata } from '@piecework/model/piece/property'
import { FlowRun } from '@piecework/model/run/run'
import { StepOutput } from '@piecework/model/run/step-output'
import type { z } from 'zod'
import { ApiKey } from './api-keys.ts'
import { AuthenticationResponse } from './authentication.ts'
import { AppConnection } from './connection-shapes.ts'
import { ConnectionValue } from './connection-value.ts'
import { RunSelection } from './flow-runs.ts'
import { FlowVersionMetadata } from './flows.ts'
import { Folder } from './folders.ts'
import { ProjectMember, ProjectRole } from './member-shapes.ts'
import { OAuthApp } from './oauth-apps.ts'
import { Piece, PieceSummary, PieceVersion } from './pieces.ts'
import { Platform } from './platforms.ts'
import { ProjectWithLimits } from './projects.ts'
import { SigningKey } from './signing-keys.ts'
import { StoreEntry } from './store-entries.ts'
import { Tag } from './tags.ts'
import { TriggerEvent } from './triggers.ts'
import { UserInvitation } from './user-invitations.ts'
import { User } from './users.ts'
import { WorkerMachine } from './worker-machines.ts'

/** The schemas with names in the OpenAPI document: those that are used several times, and the main entities. */
const COMPONENTS: Readonly<Record<string, z.ZodType>> = {
  Action,
  ActionRequest,
  ApiKey,
  AppConnection,
  AuditEvent: DomainEvent,
  AuthenticationResponse,
  ConnectionValue,
  Flow: PopulatedFlow,
  FlowRun,
  FlowVersion,
  FlowVersionMetadata,
  Folder,
  Note,
  OAuthApp,
  Piece,
  PieceSummary,
  PieceVersion,
  Platform,
  Project: ProjectWithLimits,
  ProjectMember,
  ProjectRole,
  Property: PropertyMetadata,
  RouterBranch,
  RunSelection,
  SigningKey,
  StepOutput,
  StoreEntry,
  Tag,
  Template: SharedTemplate,
  Trigger,
  TriggerEvent,
  User,
  UserInvitation,
  WorkerMachine,
}

const NAMES = new Map<z.core.$ZodType, string>(Object.entries(COMPONENTS).map(([name, schema]) => [schema, name]))

/** The name of a schema in the OpenAPI document; undefined for a schema without one. */
export const componentOf = (schema: z.core.$ZodType): string | undefined => NAMES.get(schema)
