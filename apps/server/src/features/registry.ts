import type { Core } from '../core.ts'
import type { Delivery } from '../delivery.ts'
import type { Execution } from '../execution.ts'
import { API_PREFIX } from '../http/route.ts'
import type { RunMetrics } from '../observability/run-metrics.ts'
import { alerts } from './alerts/plugin.ts'
import { analytics } from './analytics/plugin.ts'
import { apiKeys } from './api-keys/plugin.ts'
import { assembleConnections, type openConnections } from './app-connections/assemble.ts'
import { appConnections } from './app-connections/plugin.ts'
import { auditEvents } from './audit-events/plugin.ts'
import { createOneTimeCodes } from './authentication/codes.ts'
import { authentication } from './authentication/plugin.ts'
import { createAuthentication } from './authentication/service.ts'
import { code } from './code/plugin.ts'
import { createFlowCode } from './code/service.ts'
import { engine } from './engine/plugin.ts'
import { assembleEventDestinations } from './event-destinations/assemble.ts'
import { eventDestinations } from './event-destinations/plugin.ts'
import { createPublicImages } from './files/public-images.ts'
import { flags } from './flags/plugin.ts'
import { flows } from './flows/plugin.ts'
import { createFlows } from './flows/service.ts'
import { folders } from './folders/plugin.ts'
import { forms } from './forms/plugin.ts'
import { createForms } from './forms/service.ts'
import { graphApi } from './graph-api/plugin.ts'
import { guides } from './guides/plugin.ts'
import { health } from './health/plugin.ts'
import { humanInput } from './human-input/plugin.ts'
import { issues } from './issues/plugin.ts'
import { live } from './live/plugin.ts'
import type { LiveViews } from './live/views.ts'
import { mailSettings } from './mail/mail-settings.ts'
import { mail } from './mail/plugin.ts'
import { managedAuthn } from './managed-authn/plugin.ts'
import { metrics } from './metrics/plugin.ts'
import { oauthApps } from './oauth-apps/plugin.ts'
import { oauth2 } from './oauth2/plugin.ts'
import { overview } from './overview/plugin.ts'
import { personalTokens } from './personal-tokens/plugin.ts'
import { pieceOptions } from './piece-options/plugin.ts'
import { assemblePieces } from './pieces/assemble.ts'
import { pieces } from './pieces/plugin.ts'
import { platforms } from './platforms/plugin.ts'
import { createPlatforms } from './platforms/service.ts'
import type { Plugin } from './plugin.ts'
import { projectKeys } from './project-keys/plugin.ts'
import { projectMembers } from './project-members/plugin.ts'
import { createProjectMembers } from './project-members/service.ts'
import { projectRoles } from './project-roles/plugin.ts'
import { projects } from './projects/plugin.ts'
import { createProjects } from './projects/service.ts'
import { queueBoard } from './queue-board/plugin.ts'
import { sharedRateLimits } from './rate-limits/plugin.ts'
import { runs } from './runs/plugin.ts'
import { sampleData } from './sample-data/plugin.ts'
import { scim } from './scim/plugin.ts'
import { search } from './search/plugin.ts'
import { secondFactor } from './second-factor/plugin.ts'
import { secretManagers } from './secret-managers/plugin.ts'
import { createSessionMaker } from './sessions/open.ts'
import { sessions } from './sessions/plugin.ts'
import { signingKeys } from './signing-keys/plugin.ts'
import { sso } from './sso/plugin.ts'
import { stepFiles } from './step-files/plugin.ts'
import { createStepFiles } from './step-files/service.ts'
import { storeEntries } from './store-entries/plugin.ts'
import { triggers } from './triggers/plugin.ts'
import { userInvitations } from './user-invitations/plugin.ts'
import { createUserInvitations } from './user-invitations/service.ts'
import { users } from './users/plugin.ts'
import { web } from './web/plugin.ts'
import { webhooks } from './webhooks/plugin.ts'
import { workerMachines } from './worker-machines/plugin.ts'

interface Parts extends Core, Delivery, Execution, ReturnType<typeof openConnections> {
  views: LiveViews
  runMetrics: RunMetrics
  /** Whether the server takes work. */
  isReady(): boolean
}

/** Every feature of the server, in the order in which they start. To take one away, remove its line and its folder. */
export function createFeatures(core: Parts): Plugin[] {
  const { db, settings, files, tokens } = core
  const sendsMail = mailSettings(settings) !== undefined
  const brought = assemblePieces(core)
  const sessionMaker = createSessionMaker({ db, tokens, maxHours: settings.sessionMaxHours })
  const parts = {
    ...core,
    ...brought,
    stepFiles: createStepFiles({
      ...{ files, tokens, publicUrl: settings.frontendUrl, maxFileSizeMb: settings.maxFileSizeMb },
    }),
    flows: createFlows({
      ...core,
      pieces: core.catalogue,
      installPiece: brought.installs.install,
      rules: { allowsInvalid: settings.publishInvalidFlows, enables: settings.enableFlowOnPublish },
      cancelRuns: async (projectId, flowId) => {
        const actor = await core.access.asSystem('deletion of flows', projectId)
        return core.runs.cancelAll(actor, { flowId: [flowId], includeArchived: true, includeTests: true })
      },
    }),
    sessionMaker,
    authentication: createAuthentication({ ...core, sessionMaker, sendsMail }),
    oneTimeCodes: createOneTimeCodes({ ...core, frontendUrl: settings.frontendUrl, sendsMail }),
    images: createPublicImages({ db, files, apiUrl: `${settings.frontendUrl}${API_PREFIX}` }),
  }
  const members = createProjectMembers(parts)
  const owned = {
    ...parts,
    ...assembleConnections(parts),
    ...assembleEventDestinations(parts),
    forms: createForms(parts),
    code: createFlowCode(parts),
    projects: createProjects(parts),
    platforms: createPlatforms(parts),
    projectMembers: members,
    invitations: createUserInvitations({
      ...parts,
      projectMembers: members,
      frontendUrl: settings.frontendUrl,
      sendsMail,
    }),
  }
  return [
    authentication(owned),
    sessions(owned),
    secondFactor(owned),
    personalTokens(owned),
    platforms(owned),
    projects(owned),
    projectRoles(owned),
    projectMembers(owned),
    users(owned),
    userInvitations(owned),
    apiKeys(owned),
    projectKeys(owned),
    signingKeys(owned),
    managedAuthn(owned),
    sso(owned),
    scim(owned),
    auditEvents(owned),
    mail(owned),
    eventDestinations(owned),
    issues(owned),
    alerts(owned),
    analytics(owned),
    folders(owned),
    flows(owned),
    code(owned),
    sampleData(owned),
    runs(owned),
    forms(owned),
    sharedRateLimits(owned),
    graphApi(owned),
    pieces(owned),
    pieceOptions(owned),
    triggers(owned),
    overview(owned),
    search(owned),
    appConnections(owned),
    oauthApps(owned),
    oauth2(owned),
    secretManagers(owned),
    storeEntries(owned),
    stepFiles(owned),
    engine(owned),
    flags(owned),
    health(owned),
    metrics(owned),
    workerMachines(owned),
    queueBoard(owned),
    humanInput(owned),
    live(owned),
    guides(),
    web(owned),
    webhooks(owned),
  ]
}
