// Longer than the usual limit: one entry per table, and the schema stays whole so that it can be read as one.

import type { ApiPlan } from '@piecework/api/graph/plans'
import type { SsoDomain } from '@piecework/api/sso'
import type { FlowStatus, FlowVersionState, Note, ScheduleOptions } from '@piecework/model/flow/flow'
import type { StoredGraph } from '@piecework/model/flow/graph/graph'
import type { Trigger } from '@piecework/model/flow/step'
import type { FormField } from '@piecework/model/forms/form-field'
import type { Permission } from '@piecework/model/permission'
import type { TriggerStrategy } from '@piecework/model/piece/metadata'
import type { BulkAct, RunChoice } from '@piecework/model/run/bulk-act'
import type { FailedStep } from '@piecework/model/run/run'
import type { FlowRunStatus, RetryStrategy, RunEnvironment } from '@piecework/model/run/status'
import type { FlowResponse, ResumePayload } from '@piecework/model/run/waitpoint'
import type { Generated, GeneratedAlways, JSONColumnType } from 'kysely'
import type { AlertTable, FlowExpectationTable, IssueRunTable, IssueTable } from './alert-tables.ts'
import type { CreatedTime, Json, Jsonb, Nullable, NullableJson, NullableJsonb, NullableTime, Time } from './columns.ts'
import type { AuditEventTable, EventDeliveryTable, EventDestinationTable, OutboxTable } from './event-tables.ts'
import type { LiveLockTable, LivePresenceTable } from './live-tables.ts'
import type { PersonalTokenTable, SecondFactorTable, UserSessionTable } from './sign-in-tables.ts'
import type { FederatedIdentityTable, SamlLoginTable } from './sso-tables.ts'

/**
 * Every table. Column names are the names on the wire, so rows need no renaming.
 * Timestamps are read as ISO strings and written as ISO strings or Dates; json and jsonb are read
 * parsed and written as JSON text.
 */

/**
 * The payload that resumes a run, or the file that holds it, with the id that an older form of link had: such a link
 * that is opened twice does not end the next pause as well.
 */
export type StoredResumePayload = ResumePayload & { requestId?: string; fileId?: string }

interface Base {
  id: string
  created: CreatedTime
  updated: CreatedTime
}

export interface UserIdentityTable extends Base {
  email: string
  password: string
  trackEvents: Nullable<boolean>
  newsLetter: Nullable<boolean>
  verified: Generated<boolean>
  firstName: string
  lastName: string
  tokenVersion: Nullable<string>
  provider: string
  imageUrl: Nullable<string>
}

export interface UserTable extends Base {
  status: 'ACTIVE' | 'INACTIVE'
  platformRole: 'ADMIN' | 'MEMBER' | 'OPERATOR'
  identityId: string
  externalId: Nullable<string>
  platformId: Nullable<string>
  lastActiveDate: NullableTime
  /** Tokens of before that belong to no session are void. */
  signedOutAt: NullableTime
}

export interface PlatformTable extends Base {
  ownerId: string
  name: string
  primaryColor: string
  logoIconUrl: string
  fullLogoUrl: string
  favIconUrl: string
  cloudAuthEnabled: Generated<boolean>
  filteredPieceNames: Generated<string[]>
  filteredPieceBehavior: Generated<'ALLOWED' | 'BLOCKED'>
  allowedAuthDomains: Generated<string[]>
  enforceAllowedAuthDomains: Generated<boolean>
  emailAuthEnabled: Generated<boolean>
  /** Who comes in by a password or single sign-on gives a code, too. */
  secondFactorRequired: Generated<boolean>
  /** The settings of each provider, with an encrypted secret. */
  federatedAuthProviders: JSONColumnType<Record<string, unknown>, string | undefined, string>
  ssoDomain: Nullable<string>
  ssoDomainVerification: NullableJsonb<SsoDomain['ssoDomainVerification']>
  pinnedPieces: Generated<string[]>
  /** The group of workers that does the work of this platform, and no other work. */
  workerGroupId: Generated<string | null>
}

export interface ProjectTable extends Base {
  deleted: NullableTime
  ownerId: string
  displayName: string
  type: 'TEAM' | 'PERSONAL'
  platformId: string
  externalId: Nullable<string>
  maxConcurrentJobs: Nullable<number>
  icon: Jsonb<{ color: string }>
  releasesEnabled: Generated<boolean>
  metadata: NullableJson<Record<string, unknown>>
  poolId: Nullable<string>
  /** How often programs may call the graph API; null for the default. */
  apiPlan: Nullable<ApiPlan>
}

export interface ConcurrencyPoolTable extends Base {
  platformId: string
  key: string
  maxConcurrentJobs: number
}

export interface ProjectRoleTable extends Base {
  name: string
  permissions: Permission[]
  platformId: Nullable<string>
  type: 'DEFAULT' | 'CUSTOM'
}

export interface ProjectMemberTable extends Base {
  projectId: string
  platformId: string
  userId: string
  projectRoleId: string
}

/** Its link works until it expires; gone once the person is in. */
export interface UserInvitationTable extends Base {
  platformId: string
  type: 'PLATFORM' | 'PROJECT'
  platformRole: Nullable<'ADMIN' | 'MEMBER' | 'OPERATOR'>
  email: string
  projectId: Nullable<string>
  status: 'PENDING' | 'ACCEPTED'
  projectRoleId: Nullable<string>
  expires: Time
}

/** A one-time code. `value` is what the code is made of, with a key of the server. */
export interface OtpTable extends Base {
  type: 'EMAIL_VERIFICATION' | 'PASSWORD_RESET'
  identityId: string
  value: string
  state: 'PENDING' | 'CONFIRMED'
  /** Wrong codes that were given. */
  tries: Generated<number>
}

export interface ApiKeyTable extends Base {
  displayName: string
  platformId: string
  hashedValue: string
  truncatedValue: string
  lastUsedAt: NullableTime
}

/** A key of one project, for the graph API. */
export interface ProjectKeyTable extends Base {
  projectId: string
  displayName: string
  scopes: ('read' | 'write')[]
  hashedValue: string
  truncatedValue: string
  lastUsedAt: NullableTime
}

/** A form of a project. */
export interface FormTable extends Base {
  projectId: string
  name: string
  description: string
  fields: Jsonb<FormField[]>
  isOpen: Generated<boolean>
  thanks: Generated<string>
  redirectUrl: Nullable<string>
}

export interface FormSubmissionTable {
  id: string
  created: CreatedTime
  formId: string
  data: Jsonb<Record<string, unknown>>
  source: Jsonb<Record<string, unknown>>
  isSpam: Generated<boolean>
}

/** The requests of one key to the graph API, in its newest window of a length. */
export interface ApiCountTable {
  key: string
  lengthMs: number
  start: Time
  used: number
}

/** A request to execute a workflow that may be sent again. */
export interface ExecutionRequestTable {
  projectId: string
  /** Hashes. */
  key: string
  body: string
  created: CreatedTime
  runId: string
}

/** The public half of a key with which programs sign tokens that let their users in. */
export interface SigningKeyTable extends Base {
  displayName: string
  platformId: string
  publicKey: string
  algorithm: 'RSA'
}

export interface FlagTable extends Base {
  value: Jsonb<unknown>
}

export interface FolderTable extends Base {
  displayName: string
  projectId: string
  displayOrder: Generated<number>
}

export interface FlowTable extends Base {
  projectId: string
  folderId: Nullable<string>
  status: Generated<FlowStatus>
  externalId: string
  publishedVersionId: Nullable<string>
  metadata: NullableJson<Record<string, unknown>>
  operationStatus: Generated<'NONE' | 'DELETING'>
  timeSavedPerRun: Nullable<number>
  ownerId: Nullable<string>
  templateId: Nullable<string>
  /** How many operations were saved. */
  revision: Generated<number>
}

export interface FlowVersionTable extends Base {
  flowId: string
  displayName: string
  schemaVersion: Nullable<string>
  trigger: Json<Trigger>
  connectionIds: Generated<string[]>
  agentIds: Generated<string[]>
  updatedBy: Nullable<string>
  valid: boolean
  state: FlowVersionState
  backupFiles: NullableJsonb<Record<string, string>>
  notes: Jsonb<Note[]>
  graph: NullableJsonb<StoredGraph>
}

/** How a flow came to its status: by a person, or by the server, which has a reason then. */
export interface FlowStatusChangeTable {
  flowId: string
  status: FlowStatus
  changed: Time
  userId: Nullable<string>
  userName: Nullable<string>
  reason: Nullable<string>
}

/** The operations that were saved lately; see the flow's revision. */
export interface FlowOperationTable {
  flowId: string
  revision: number
  flowVersionId: string
  created: Time
  userId: Nullable<string>
  authorName: Nullable<string>
  clientOperationId: Nullable<string>
  type: string
  touched: string[]
  /** Null when it is too large to be kept. */
  operation: NullableJson<{ type: string; request: unknown }>
  /** Characters of the operation. */
  size: number
}

/**
 * The truth about a run. `attempt` is raised by every dispatch and named in the WHERE of every write that a
 * worker causes. `payload` (JSON text) is the trigger's input or output until the log holds it.
 */
export interface FlowRunTable extends Base {
  projectId: string
  flowId: string
  flowVersionId: string
  environment: RunEnvironment
  logsFileId: Nullable<string>
  parentRunId: Nullable<string>
  failParentOnFailure: Generated<boolean>
  parentWaitpointId: Nullable<string>
  status: FlowRunStatus
  tags: Generated<string[]>
  startTime: NullableTime
  finishTime: NullableTime
  triggeredBy: Nullable<string>
  failedStep: NullableJsonb<FailedStep>
  archivedAt: NullableTime
  stepNameToTest: Nullable<string>
  stepsCount: Generated<number>
  attempt: Generated<number>
  /** How often it was made to go on after it was over. */
  retries: Generated<number>
  executeTrigger: Generated<boolean>
  payload: Nullable<string>
  payloadFileId: Nullable<string>
  resumePayload: NullableJson<StoredResumePayload>
  /** The app at which a caller waits for the answer, and how long. */
  replyTo: Nullable<string>
  replyUntil: NullableTime
}

/** Actions on many runs. `lastRunId` says how far one is; `owner` is the app that carries it on until `leaseUntil`. */
export interface BulkActTable extends Base {
  projectId: string
  userId: Nullable<string>
  action: BulkAct['action']
  strategy: Nullable<RetryStrategy>
  selection: Json<RunChoice>
  status: BulkAct['status']
  total: number
  done: Generated<number>
  skipped: Generated<number>
  lastRunId: Generated<string>
  finished: NullableTime
  message: Nullable<string>
  owner: Nullable<string>
  leaseUntil: NullableTime
  /** In a row. */
  failures: Generated<number>
}

/** Work to be delivered: at least once, at its due time. Gone once done. A run's job has the run's id. */
export interface JobTable {
  id: string
  created: CreatedTime
  kind: string
  projectId: string
  /** 1 (first) to 6. */
  priority: number
  dueAt: Time
  leaseUntil: NullableTime
  owner: Nullable<string>
  /** Deliveries that counted. */
  attempt: Generated<number>
  /** Starts in a row whose process was lost with them. */
  lost: Generated<number>
  /** When it came due, of a job that waits since because it was lost. */
  firstDueAt: NullableTime
  /** At most one job per key. */
  key: Nullable<string>
  /** JSON text. */
  data: Nullable<string>
  /** Due. Jobs of the future are made ready when their time comes. */
  ready: Generated<boolean>
  /** Counts against the limit of its project. */
  limited: Generated<boolean>
}

/** A job that nobody can carry out, because what is stored of it cannot be read. It is kept to be looked at. */
export interface DeadJobTable {
  id: string
  created: Time
  died: CreatedTime
  kind: string
  projectId: string
  priority: number
  attempt: number
  reason: string
  data: Nullable<string>
}

/** Locks for work that several apps do one after the other: `owner` holds the name until `leaseUntil`. */
export interface NamedLockTable {
  name: string
  owner: string
  leaseUntil: Time
}

/** The end of each step of a run that is not finished; removed when the log file takes over. */
export interface RunJournalTable {
  runId: string
  attempt: number
  sequence: number
  stepName: string
  /** JSON text of a StepPath. */
  path: string
  /** JSON text of a StepOutput. */
  output: string
}

export interface WaitpointTable extends Base {
  flowRunId: string
  projectId: string
  stepName: string
  type: 'DELAY' | 'WEBHOOK'
  status: 'PENDING' | 'COMPLETED'
  version: 'V0' | 'V1'
  resumeDateTime: NullableTime
  responseToSend: NullableJson<FlowResponse>
  resumePayload: NullableJson<StoredResumePayload>
}

export interface TriggerSourceTable extends Base {
  deleted: NullableTime
  flowId: string
  flowVersionId: string
  triggerName: string
  projectId: string
  type: TriggerStrategy
  /** `isDefault`: the trigger asked for none. */
  schedule: NullableJsonb<ScheduleOptions & { isDefault?: true }>
  pieceName: string
  pieceVersion: string
  simulate: boolean
  /** Polls in a row that failed. */
  failures: Generated<number>
  /** False while it is taken into or out of service: its piece may be in the middle of that. */
  settled: Generated<boolean>
}

/** Events of triggers that name a `_dedupe_key`, for as long as a repetition is dropped. */
export interface TriggerDedupeTable {
  key: string
  /** The event that came first: delivered again, it is not its own repetition. */
  eventId: string
  expiresAt: Time
}

/** How often the triggers of a piece ran on a day, on one platform. */
export interface TriggerRunTable {
  platformId: string
  pieceName: string
  /** yyyy-mm-dd */
  day: string
  success: Generated<number>
  failure: Generated<number>
}

/** Which flows get an event that an app sends to its one webhook. */
export interface AppEventRoutingTable extends Base {
  appName: string
  projectId: string
  flowId: string
  identifierValue: string
  event: string
}

export interface TriggerEventTable extends Base {
  flowId: string
  projectId: string
  sourceName: string
  fileId: string
}

export interface FileTable extends Base {
  projectId: Nullable<string>
  platformId: Nullable<string>
  data: Nullable<Uint8Array>
  location: Generated<'DB' | 'S3'>
  fileName: Nullable<string>
  size: Nullable<number>
  metadata: NullableJsonb<Record<string, string>>
  s3Key: Nullable<string>
  type: Generated<string>
  compression: Generated<'NONE' | 'ZSTD'>
}

export interface StoreEntryTable extends Base {
  key: string
  projectId: string
  value: NullableJson<unknown>
}

export interface AppConnectionTable extends Base {
  displayName: string
  externalId: string
  type: string
  status: Generated<'ACTIVE' | 'MISSING' | 'ERROR'>
  platformId: string
  pieceName: string
  ownerId: Nullable<string>
  projectIds: string[]
  scope: 'PROJECT' | 'PLATFORM'
  /** Encrypted: {iv, data, tag}. */
  value: Jsonb<{ iv: string; data: string; tag: string }>
  metadata: NullableJson<Record<string, unknown>>
  pieceVersion: string
  preSelectForNewProjects: Generated<boolean>
  /** Its value refers to secrets that a secret manager keeps. */
  usingSecretManager: Generated<boolean>
  /** Who renews its token now, and until when nobody else does. */
  renewal: Nullable<string>
  renewalUntil: NullableTime
  /** The trouble that keeps it from working; its projects have been alerted. */
  trouble: Nullable<'TOKEN_REFUSED' | 'TOKEN_EXPIRED' | 'TOKEN_ENDS' | 'SECRET_UNREADABLE'>
  /** When its token ends, where no new one can be had. */
  tokenEnds: NullableTime
}

/** The places that keep a company's secrets, and the credentials to read them. */
export interface SecretManagerTable extends Base {
  platformId: string
  providerId: 'hashicorp' | 'aws' | 'cyberark-conjur' | 'onepassword'
  name: string
  scope: 'PLATFORM' | 'PROJECT'
  /** The projects that may use it, when its scope is PROJECT. */
  projectIds: string[]
  /** Encrypted. */
  config: Jsonb<{ iv: string; data: string; tag: string }>
}

export interface OAuthAppTable extends Base {
  platformId: string
  pieceName: string
  clientId: string
  /** Encrypted. */
  clientSecret: Jsonb<{ iv: string; data: string; tag: string }>
}

export interface PieceMetadataTable extends Base {
  name: string
  version: string
  platformId: Nullable<string>
  pieceType: 'OFFICIAL' | 'CUSTOM'
  packageType: 'REGISTRY' | 'ARCHIVE'
  archiveId: Nullable<string>
  projectUsage: Generated<number>
  /** The whole PieceMetadata; its actions, triggers and properties are in the order of the piece. */
  metadata: Json<unknown>
  /** False for rows of an earlier release, which lost that order, until they are read again. */
  inOrder: Generated<boolean>
  minimumRelease: GeneratedAlways<string | null>
  maximumRelease: GeneratedAlways<string | null>
}

/** Which pieces a project shows. */
export interface ProjectPlanTable extends Base {
  projectId: string
  name: string
  pieces: Generated<string[]>
  locked: Generated<boolean>
  piecesFilterType: Generated<'NONE' | 'ALLOWED'>
}

export interface TagTable extends Base {
  platformId: string
  name: string
}

export interface PieceTagTable extends Base {
  platformId: string
  pieceName: string
  tagId: string
}

/** The apps that are up, as they say themselves. */
export interface AppInstanceTable {
  id: string
  seen: Time
}

/** Messages between apps that are too large for NOTIFY. */
export interface BusMessageTable {
  id: string
  created: CreatedTime
  body: string
}

/** The reports of workers about the machines that they run on. */
export interface WorkerMachineTable extends Base {
  information: Jsonb<Record<string, unknown>>
  workerGroupId: Generated<string | null>
}

export interface MigrationTable {
  name: string
  release: string
  breaking: boolean
  applied: CreatedTime
}

export interface Database {
  user_identity: UserIdentityTable
  user: UserTable
  user_session: UserSessionTable
  second_factor: SecondFactorTable
  personal_token: PersonalTokenTable
  platform: PlatformTable
  project: ProjectTable
  concurrency_pool: ConcurrencyPoolTable
  project_role: ProjectRoleTable
  project_member: ProjectMemberTable
  user_invitation: UserInvitationTable
  otp: OtpTable
  api_key: ApiKeyTable
  project_key: ProjectKeyTable
  execution_request: ExecutionRequestTable
  api_count: ApiCountTable
  form: FormTable
  form_submission: FormSubmissionTable
  signing_key: SigningKeyTable
  flag: FlagTable
  folder: FolderTable
  flow: FlowTable
  flow_version: FlowVersionTable
  flow_operation: FlowOperationTable
  flow_status_change: FlowStatusChangeTable
  flow_run: FlowRunTable
  bulk_act: BulkActTable
  job: JobTable
  dead_job: DeadJobTable
  named_lock: NamedLockTable
  run_journal: RunJournalTable
  waitpoint: WaitpointTable
  trigger_source: TriggerSourceTable
  trigger_event: TriggerEventTable
  file: FileTable
  store_entry: StoreEntryTable
  app_connection: AppConnectionTable
  oauth_app: OAuthAppTable
  secret_manager_connection: SecretManagerTable
  piece_metadata: PieceMetadataTable
  project_plan: ProjectPlanTable
  tag: TagTable
  piece_tag: PieceTagTable
  trigger_dedupe: TriggerDedupeTable
  trigger_run: TriggerRunTable
  app_event_routing: AppEventRoutingTable
  app_instance: AppInstanceTable
  bus_message: BusMessageTable
  worker_machine: WorkerMachineTable
  outbox: OutboxTable
  audit_event: AuditEventTable
  alert: AlertTable
  issue: IssueTable
  issue_run: IssueRunTable
  flow_expectation: FlowExpectationTable
  federated_identity: FederatedIdentityTable
  saml_login: SamlLoginTable
  event_destination: EventDestinationTable
  event_delivery: EventDeliveryTable
  live_lock: LiveLockTable
  live_presence: LivePresenceTable
  migration: MigrationTable
}
