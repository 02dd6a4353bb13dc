import { z } from 'zod'
import { FailedStep } from '../run/run.ts'
import { FlowRunStatus, RunEnvironment } from '../run/status.ts'

/** An entity in an event. */
const Entity = z.object({ id: z.string(), created: z.string(), updated: z.string() })
const Named = Entity.extend({ displayName: z.string() })
/** The changed fields, with their values before or after. */
const Fields = z.record(z.string(), z.unknown())
const change = { before: Fields.optional(), after: Fields.optional() }

const FolderData = z.object({ folder: Named, ...change })
const ConnectionData = z.object({
  connection: Named.extend({
    externalId: z.string(),
    pieceName: z.string(),
    status: z.enum(['ACTIVE', 'MISSING', 'ERROR']),
    type: z.string(),
  }),
  ...change,
})
const RunData = z.object({
  flowRun: z.object({
    id: z.string(),
    startTime: z.string().optional(),
    finishTime: z.string().optional(),
    /** Milliseconds from start to end. */
    duration: z.number().optional(),
    triggeredBy: z.string().optional(),
    environment: RunEnvironment,
    flowId: z.string(),
    flowVersionId: z.string(),
    stepNameToTest: z.string().optional(),
    flowDisplayName: z.string().optional(),
    status: FlowRunStatus,
  }),
})
const ProjectData = z.object({
  project: z.object({ id: z.string(), displayName: z.string(), type: z.enum(['TEAM', 'PERSONAL']) }),
  ...change,
})
const PlatformData = z.object({ platform: z.object({ id: z.string(), name: z.string() }), ...change })
const UserData = z.object({ user: z.object({ id: z.string() }), ...change })
const LinkedAccountData = UserData.extend({ account: z.object({ provider: z.string(), issuer: z.string() }) })
const ApiKeyData = z.object({ apiKey: Named })
const PersonalTokenData = z.object({ personalToken: Named })
const SigningKeyData = z.object({ signingKey: Named })
const EventDestinationData = z.object({
  eventDestination: Entity.extend({ url: z.string(), events: z.array(z.string()) }),
  ...change,
})
const InvitationData = z.object({
  userInvitation: z.object({
    id: z.string(),
    email: z.string(),
    type: z.enum(['PLATFORM', 'PROJECT']),
    role: z.string(),
  }),
})
const ProjectRoleData = z.object({
  projectRole: Entity.extend({ name: z.string(), permissions: z.array(z.string()) }),
  ...change,
})
const MemberData = z.object({
  projectMember: z.object({ id: z.string(), userId: z.string(), projectRole: z.string() }),
  ...change,
})
const SecretManagerData = z.object({
  secretManager: Entity.extend({ name: z.string(), providerId: z.string() }),
  ...change,
})
const AlertData = z.object({
  alert: z.object({
    kind: z.enum(['RUN_FAILED', 'RUNS_FAILED', 'FLOW_SWITCHED_OFF', 'FLOW_DID_NOT_RUN', 'CONNECTION_BREAKS']),
    title: z.string(),
    lines: z.array(z.string()),
    /** The page that shows it. */
    link: z.string(),
    flowIds: z.array(z.string()),
  }),
})
const FlowVersionData = Named.extend({ flowId: z.string() })

/**
 * Events on a platform for listeners outside of the server, by their names on the wire, each with its data. A new event
 * is one entry.
 */
export const EVENT_DATA = {
  'flow.created': z.object({ flow: Entity }),
  /** A change by an operation, publishing included. A request that is too large for an event is left out. */
  'flow.updated': z.object({
    flowVersion: FlowVersionData,
    request: z.object({ type: z.string(), request: z.unknown().optional() }),
    ...change,
  }),
  'flow.deleted': z.object({ flow: Entity, flowVersion: FlowVersionData }),
  /** An enabled flow was switched off; `reason` where the server did it by itself. */
  'flow.switched.off': z.object({ flow: Entity.extend({ displayName: z.string() }), reason: z.string().optional() }),
  'flow.run.started': RunData,
  'flow.run.finished': RunData,
  'flow.run.retried': RunData,
  /** A run ended without success, and nobody canceled it. */
  'flow.run.failed': RunData.extend({ failedStep: FailedStep.nullable() }),
  /** Sent to those who hear of what goes wrong in a project. */
  'alert.raised': AlertData,
  'folder.created': FolderData,
  'folder.updated': FolderData,
  'folder.deleted': FolderData,
  'connection.upserted': ConnectionData,
  'connection.deleted': ConnectionData,
  /** Its token is not valid any more, and no new one can be had. */
  'connection.expired': ConnectionData,
  /** Somebody filled a form of a project in. */
  'form.submitted': z.object({
    form: z.object({ id: z.string(), name: z.string() }),
    submission: z.object({ id: z.string(), created: z.string(), data: z.record(z.string(), z.unknown()) }),
  }),
  'platform.updated': PlatformData,
  'project.created': ProjectData,
  'project.updated': ProjectData,
  'project.deleted': ProjectData,
  /** Sent for the first time, or again. */
  'user.invitation.sent': InvitationData,
  'user.invitation.accepted': InvitationData,
  'user.invitation.deleted': InvitationData,
  'project.member.added': MemberData,
  'project.member.updated': MemberData,
  'project.member.removed': MemberData,
  'project.role.created': ProjectRoleData,
  'project.role.updated': ProjectRoleData,
  'project.role.deleted': ProjectRoleData,
  'api.key.created': ApiKeyData,
  'api.key.deleted': ApiKeyData,
  'personal.token.created': PersonalTokenData,
  'personal.token.deleted': PersonalTokenData,
  'signing.key.created': SigningKeyData,
  'signing.key.deleted': SigningKeyData,
  'event.destination.created': EventDestinationData,
  'event.destination.updated': EventDestinationData,
  'event.destination.deleted': EventDestinationData,
  'secret.manager.created': SecretManagerData,
  'secret.manager.updated': SecretManagerData,
  'secret.manager.deleted': SecretManagerData,
  /** `provisioned`: a directory made them, and they have not come in yet. */
  'user.signed.up': UserData.extend({
    source: z.enum(['credentials', 'sso', 'managed']),
    provisioned: z.literal(true).optional(),
  }),
  'user.signed.in': UserData,
  /** One session of a person, or all but that of the request. */
  'user.session.ended': UserData.extend({ session: z.object({ id: z.string() }).optional() }),
  'user.updated': UserData,
  'user.deleted': UserData,
  /** Somebody asked for a one-time code, or an administrator for them. */
  'user.code.requested': UserData.extend({ type: z.enum(['EMAIL_VERIFICATION', 'PASSWORD_RESET']) }),
  'user.email.verified': UserData,
  'user.password.changed': UserData,
  'user.password.reset': UserData,
  /** An account elsewhere opens theirs from now on, or no more. */
  'user.account.linked': LinkedAccountData,
  'user.account.unlinked': LinkedAccountData,
  'user.second.factor.enabled': UserData,
  'user.second.factor.disabled': UserData,
  /** An administrator took away what somebody has lost. */
  'user.second.factor.reset': UserData,
  'user.recovery.codes.renewed': UserData,
  /** Somebody came in by a code that is good once. */
  'user.recovery.code.used': UserData,
} as const satisfies Record<string, z.ZodType>

export type DomainEventData = { [N in keyof typeof EVENT_DATA]: z.infer<(typeof EVENT_DATA)[N]> }
export type DomainEventName = keyof DomainEventData

const names = Object.keys(EVENT_DATA) as [DomainEventName, ...DomainEventName[]]
export const DomainEventName = z.enum(names)

/** An event on the wire: actor, place and data. */
export const DomainEvent = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  platformId: z.string(),
  projectId: z.string().optional(),
  projectDisplayName: z.string().optional(),
  /** The person; missing for programs. */
  userId: z.string().optional(),
  userEmail: z.string().optional(),
  /** The address of the request. */
  ip: z.string().optional(),
  /** The actor: a signed-in user, an API key, a flow, or the server itself. */
  actor: z.object({ type: z.enum(['USER', 'SERVICE', 'PROJECT_KEY', 'ENGINE', 'SYSTEM']), id: z.string() }),
  action: DomainEventName,
  /** The data of EVENT_DATA for the action, with `project: {displayName}` where there is a project. */
  data: z.record(z.string(), z.unknown()),
})
export type DomainEvent = z.infer<typeof DomainEvent>
