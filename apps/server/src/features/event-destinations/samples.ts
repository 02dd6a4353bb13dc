import type { DomainEvent, DomainEventData, DomainEventName } from '@piecework/model/events/domain-event'
import { newId } from '@piecework/model/ids'
import type { Actor } from '../../access/actor.ts'

/** A made-up event, with data of the right shape, to try a receiver with. */
export function sampleEvent(action: DomainEventName, { platformId, userId, principal }: Actor): DomainEvent {
  const now = new Date().toISOString()
  return {
    ...{ id: newId(), created: now, updated: now, platformId, action },
    ...(userId === null ? {} : { userId }),
    actor: { type: principal.type, id: principal.id },
    data: samples(now)[action],
  }
}

/** The data of every event. The compiler asks for those that are new. */
function samples(now: string): DomainEventData {
  const entity = { id: newId(), created: now, updated: now }
  const flowVersion = { ...entity, flowId: newId(), displayName: 'Sample flow' }
  const folder = { folder: { ...entity, displayName: 'Sample folder' } }
  const connection = {
    connection: {
      ...{ ...entity, displayName: 'Sample connection', externalId: 'sample', type: 'SECRET_TEXT' },
      pieceName: '@activepieces/piece-http',
      status: 'ACTIVE' as const,
    },
  }
  const run = {
    flowRun: {
      ...{ id: newId(), flowId: flowVersion.flowId, flowVersionId: flowVersion.id, environment: 'PRODUCTION' as const },
      ...{ startTime: now, finishTime: now, duration: 120, flowDisplayName: 'Sample flow' },
      status: 'FAILED' as const,
    },
  }
  const project = { project: { id: newId(), displayName: 'Sample project', type: 'TEAM' as const } }
  const user = { user: { id: newId() } }
  const userInvitation = {
    userInvitation: { id: newId(), email: 'sample@example.com', type: 'PLATFORM' as const, role: 'MEMBER' },
  }
  const projectMember = { projectMember: { id: newId(), userId: user.user.id, projectRole: 'Editor' } }
  const projectRole = { projectRole: { ...entity, name: 'Sample role', permissions: ['READ_FLOW'] } }
  const apiKey = { apiKey: { ...entity, displayName: 'Sample key' } }
  const eventDestination = {
    eventDestination: { ...entity, url: 'https://example.com/events', events: ['flow.created'] },
  }
  const secretManager = { secretManager: { ...entity, name: 'Sample vault', providerId: 'hashicorp' } }
  const linkedAccount = { ...user, account: { provider: 'oidc', issuer: 'https://login.example.com' } }
  return {
    'flow.created': { flow: entity },
    'flow.updated': { flowVersion, request: { type: 'CHANGE_NAME', request: { displayName: 'Sample flow' } } },
    'flow.deleted': { flow: entity, flowVersion },
    'flow.run.started': { flowRun: { ...run.flowRun, status: 'RUNNING' } },
    'flow.run.finished': run,
    'flow.run.retried': run,
    'folder.created': folder,
    'folder.updated': folder,
    'folder.deleted': folder,
    'connection.upserted': connection,
    'connection.deleted': connection,
    'connection.expired': connection,
    'form.submitted': {
      form: { id: newId(), name: 'Sample form' },
      submission: { id: newId(), created: now, data: { email: 'sample@example.com' } },
    },
    'platform.updated': { platform: { id: newId(), name: 'Sample platform' } },
    'flow.run.failed': {
      ...run,
      failedStep: { name: 'step_1', displayName: 'Send mail', message: 'the mail server does not answer' },
    },
    'flow.switched.off': { flow: { ...entity, displayName: 'Sample flow' }, reason: 'the trigger failed' },
    'alert.raised': {
      alert: {
        ...{ kind: 'RUN_FAILED', title: 'Sample flow failed', lines: ['At step Send mail'] },
        ...{ link: 'https://example.com/runs', flowIds: [flowVersion.flowId] },
      },
    },
    'project.created': project,
    'project.updated': project,
    'project.deleted': project,
    'user.invitation.sent': userInvitation,
    'user.invitation.accepted': userInvitation,
    'user.invitation.deleted': userInvitation,
    'project.member.added': projectMember,
    'project.member.updated': projectMember,
    'project.member.removed': projectMember,
    'project.role.created': projectRole,
    'project.role.updated': projectRole,
    'project.role.deleted': projectRole,
    'api.key.created': apiKey,
    'api.key.deleted': apiKey,
    'personal.token.created': { personalToken: apiKey.apiKey },
    'personal.token.deleted': { personalToken: apiKey.apiKey },
    'signing.key.created': { signingKey: apiKey.apiKey },
    'signing.key.deleted': { signingKey: apiKey.apiKey },
    'event.destination.created': eventDestination,
    'event.destination.updated': eventDestination,
    'event.destination.deleted': eventDestination,
    'secret.manager.created': secretManager,
    'secret.manager.updated': secretManager,
    'secret.manager.deleted': secretManager,
    'user.signed.up': { ...user, source: 'credentials' },
    'user.signed.in': user,
    'user.session.ended': { ...user, session: { id: newId() } },
    'user.updated': user,
    'user.deleted': user,
    'user.code.requested': { ...user, type: 'PASSWORD_RESET' },
    'user.email.verified': user,
    'user.password.changed': user,
    'user.password.reset': user,
    'user.account.linked': linkedAccount,
    'user.account.unlinked': linkedAccount,
    'user.second.factor.enabled': user,
    'user.second.factor.disabled': user,
    'user.second.factor.reset': user,
    'user.recovery.codes.renewed': user,
    'user.recovery.code.used': user,
  }
}
